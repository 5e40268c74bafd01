import { doublePrecision, jsonb, pgTable, primaryKey, text, timestamp } from "drizzle-orm/pg-core";
import type { ChangeKind, LearnedOutcome } from "@/server/contracts";

const instant = (name: string) =>
  timestamp(name, { withTimezone: true, mode: "date", precision: 3 });

/** What the outcomes of executions taught: by how much more than usual a kind of change must gain on a product. */
export const learnedThresholds = pgTable(
  "learned_thresholds",
  {
    productId: text("product_id").notNull(),
    kind: text("kind").$type<ChangeKind>().notNull(),
    /** Times the usual required gain. */
    factor: doublePrecision("factor").notNull(),
    outcomes: jsonb("outcomes").$type<LearnedOutcome[]>().notNull(),
    updatedAt: instant("updated_at").notNull(),
    /** An administrator took it back: what ended before counts no more. */
    undoneAt: instant("undone_at"),
  },
  (t) => [primaryKey({ columns: [t.productId, t.kind] })],
);
