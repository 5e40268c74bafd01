export { getConversation, listConversations } from "./read-conversations";
