import { desc, eq } from "drizzle-orm";
import { models } from "@/drizzle/schema";
import type { BaselineScores, Model, ModelEvaluation } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import type { ServiceContext } from "@/server/platform";

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
    regressions: findRegressions(row.evaluation),
    trained_on: row.trainedOn,
    created_at: row.createdAt.toISOString(),
    created_by: row.createdBy,
    promoted_at: row.promotedAt?.toISOString() ?? null,
    promoted_by: row.promotedBy,
    replaced: row.replaced,
  };
}

/** One chance in a hundred to call a model worse that is as good: one-sided, standard normal. */
const Z_MIN = 2.33;

/**
 * Where an evaluated model is worse than its baseline: choices of the held-out questions
 * that it gets wrong more often by more than chance (McNemar 1947, on the questions that one of
 * both alone got right), and tasks that the baseline answers and this one may not.
 * Empty where it was compared with none.
 */
export function findRegressions({ trusted_tasks, baseline }: ModelEvaluation): string[] {
  if (baseline === undefined) return [];
  const choices = Object.keys(baseline.tasks).filter((field) => isWorse(baseline.tasks[field]));
  const kept = trusted_tasks ?? baseline.trusted_tasks;
  const lost = baseline.trusted_tasks.filter((task) => !kept.includes(task));
  return [...new Set([...choices, ...lost])].sort();
}

function isWorse(scores: BaselineScores | undefined): boolean {
  if (scores === undefined) return false;
  const { lost, won } = scores;
  return lost - won > Z_MIN * Math.sqrt(lost + won);
}

/** Every registered model, newest first. Throws `forbidden`. */
export async function listModels({ ctx }: { ctx: ServiceContext }): Promise<Model[]> {
  assertCan(ctx.actor, "model.read");
  return (await ctx.db.select().from(models).orderBy(desc(models.createdAt))).map(toModel);
}

/** The model to load; null: the manifest's default. Throws `forbidden`. */
export async function activeModel({ ctx }: { ctx: ServiceContext }): Promise<Model | null> {
  assertCan(ctx.actor, "model.read");
  const [row] = await ctx.db.select().from(models).where(eq(models.state, "active"));
  return row === undefined ? null : toModel(row);
}
