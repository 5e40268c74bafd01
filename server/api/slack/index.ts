export { handleSlackRequest } from "./handle-request";
