export { receiveMessage } from "./receive-message";
