import { sql } from "drizzle-orm";
import { suggestionItems } from "@/drizzle/schema";

/** Of a stored item, in SQL: names the same change in every analysis of a product. */
export const candidateId = sql<string>`${suggestionItems.candidate}->>'candidate_id'`;
