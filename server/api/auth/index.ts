export { handleAuthRequest } from "./handle-request";
