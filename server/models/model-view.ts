import type { models } from "@/drizzle/schema";
import type { Model } from "@/server/contracts";
import { worseAt } from "./worse-at";

type ModelRow = typeof models.$inferSelect;

/** A stored model as callers see it. */
export function toModel(row: ModelRow): Model {
  return {
    model_id: row.id,
    name: row.name,
    sha256: row.sha256,
    file: row.file,
    size_bytes: row.sizeBytes,
    parameters: row.parameters,
    quantization: row.quantization,
    source: row.source,
    state: row.state,
    evaluation: row.evaluation,
    worse_at: worseAt(row.evaluation),
    trained_on: row.trainedOn,
    created_at: row.createdAt.toISOString(),
    created_by: row.createdBy,
    promoted_at: row.promotedAt?.toISOString() ?? null,
    promoted_by: row.promotedBy,
    replaced: row.replaced,
  };
}
