import { sql } from "drizzle-orm";
import { bigint, jsonb, pgTable, text, timestamp, uniqueIndex } from "drizzle-orm/pg-core";
import { type ModelEvaluation, ModelSource, ModelState, type TrainedOn } from "@/server/contracts";
import { checkOneOf } from "./closed-values";

const instant = (name: string) =>
  timestamp(name, { withTimezone: true, mode: "date", precision: 3 });

/** Models offered to the inference worker; the file itself stays on disk. */
export const models = pgTable(
  "models",
  {
    id: text("model_id").primaryKey(),
    name: text("name").notNull(),
    sha256: text("sha256").notNull().unique(),
    file: text("file").notNull(),
    sizeBytes: bigint("size_bytes", { mode: "number" }).notNull(),
    parameters: bigint("parameters", { mode: "number" }).notNull(),
    quantization: text("quantization").notNull(),
    source: text("source").$type<ModelSource>().notNull(),
    state: text("state").$type<ModelState>().notNull().default("candidate"),
    evaluation: jsonb("evaluation").$type<ModelEvaluation>().notNull(),
    trainedOn: jsonb("trained_on").$type<TrainedOn>().notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
    createdBy: text("created_by").notNull(),
    promotedAt: instant("promoted_at"),
    promotedBy: text("promoted_by"),
    /** The model it took the place of; null: the manifest's default. */
    replaced: text("replaced"),
  },
  (t) => [
    checkOneOf("models_state_known", t.state, ModelState.options),
    checkOneOf("models_source_known", t.source, ModelSource.options),
    uniqueIndex("models_active").on(t.state).where(sql`state = 'active'`),
  ],
);
