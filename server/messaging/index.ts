export { acceptSignedMessage } from "./accept-messages";
export { startCourier } from "./courier/courier";
export type {
  HandlingOutcome,
  MessageHandler,
  MessageHandlers,
  MessageRow,
  ReceivedMessage,
} from "./handlers";
export {
  type DecidedMessage,
  discardMessage,
  pruneMessages,
  replayMessage,
} from "./manage-messages";
export { contentSchemas, MESSAGE_SCHEMA_PATH, messageSchema } from "./message-schema";
export { refuseMessage, releaseMessage } from "./quarantine";
export { getMessage, listMessages, measureMessages } from "./read-messages";
export { readPeers } from "./read-peers";
export { refusal } from "./refusal";
export { countRefusals, listRefusals, pruneRefusals } from "./refusals";
export { type OutgoingMessage, type SentMessage, sendMessage, sendToMany } from "./send-message";
