import type { conversations } from "@/drizzle/schema";

export type ConversationRow = typeof conversations.$inferSelect;
