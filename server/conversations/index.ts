export { advanceConversation } from "./advance";
export { cancelConversation, reviseConversation } from "./decide-conversation";
export { messageHandlers } from "./handle-message";
export { getConversation, listConversations } from "./read-conversations";
export { startConversation } from "./start-conversation";
export { startConversations } from "./start-conversations";
