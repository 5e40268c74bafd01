export {
  ACKNOWLEDGING_HANDLERS,
  acknowledge,
  type HandlingOutcome,
  type MessageHandler,
  type MessageHandlers,
  type MessageRow,
  type ReceivedMessage,
} from "./handlers";
export { readOwnAddress } from "./own-address";
export { receiveMessage } from "./receive-message";
export { type OutgoingMessage, type SentMessage, sendMessage, sendToMany } from "./send-message";
