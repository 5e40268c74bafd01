import { eq, gte, inArray } from "drizzle-orm";
import { dataProducts, operations, suggestionItems, suggestions } from "@/drizzle/schema";
import { describeQuery, type WorkloadQuery } from "@/server/advisor";
import {
  ProductSchema,
  type QueryEvidence,
  type TableSchema,
  type Verification,
} from "@/server/contracts";
import { assertCan } from "@/server/identity";
import type { ServiceContext } from "@/server/platform";
import { createShapeParser, type ShapeParser } from "@/server/workload";
import { outcomeExample, reviewExample, type TrainingExample } from "./outcome-example";

type ItemRow = typeof suggestionItems.$inferSelect;
type SuggestionRow = typeof suggestions.$inferSelect;

export interface TrainingSet {
  examples: TrainingExample[];
  /** What they were made of. */
  outcomes: number;
  reviews: number;
}

/**
 * What happened here as questions and answers for a model: every measured candidate with its gain
 * (on the live workload where it was executed), and what people decided of those that could not be
 * measured. Later examples replace earlier ones of the same question. Statistics are today's: those
 * of the proof are not kept. Throws `forbidden`.
 */
export async function exportTrainingSet({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: { since?: Date | undefined };
}): Promise<TrainingSet> {
  assertCan(ctx.actor, "model.promote");
  const found = await ctx.db
    .select({ suggestion: suggestions, item: suggestionItems })
    .from(suggestionItems)
    .innerJoin(suggestions, eq(suggestions.id, suggestionItems.suggestionId))
    .where(gte(suggestions.createdAt, input.since ?? new Date(0)))
    .orderBy(suggestions.createdAt, suggestionItems.ordinal);
  const actual = await loadActual(ctx, [...new Set(found.map(({ suggestion }) => suggestion.id))]);
  const tables = await loadTables(ctx);
  const parser = await createShapeParser();
  const set = { outcomes: 0, reviews: 0, byId: new Map<string, TrainingExample>() };
  try {
    for (const { suggestion, item } of found) {
      const made = await makeExample(parser, tables, suggestion, item, actual);
      if (made === null) continue;
      set.byId.set(made.example.id, made.example);
      set[made.kind] += 1;
    }
  } finally {
    parser.close();
  }
  return { examples: [...set.byId.values()], outcomes: set.outcomes, reviews: set.reviews };
}

async function loadTables({ db }: ServiceContext): Promise<Map<string, TableSchema[]>> {
  const rows = await db
    .select({ id: dataProducts.productId, schema: dataProducts.schema })
    .from(dataProducts);
  return new Map(
    rows.map(({ id, schema }) => [id, ProductSchema.safeParse(schema).data?.tables ?? []] as const),
  );
}

/** Gains on the live workload, by suggestion and fingerprint. */
async function loadActual({ db }: ServiceContext, ids: string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({ id: operations.suggestionId, verification: operations.verification })
    .from(operations)
    .where(inArray(operations.suggestionId, ids));
  const gains = new Map<string, number>();
  for (const { id, verification } of rows) {
    const outcomes: Verification["queries"] = verification?.queries ?? [];
    for (const { fingerprint, actual_gain: gain } of outcomes) {
      if (gain !== null) gains.set(`${id} ${fingerprint}`, gain.value);
    }
  }
  return gains;
}

async function makeExample(
  parser: ShapeParser,
  tablesOf: Map<string, TableSchema[]>,
  suggestion: SuggestionRow,
  { candidate, evidence, isApproved, role }: ItemRow,
  actual: Map<string, number>,
): Promise<{ kind: "outcomes" | "reviews"; example: TrainingExample } | null> {
  const family = `live:${suggestion.productId ?? "context"}`;
  const tables = tablesOf.get(suggestion.productId ?? "") ?? [];
  if (evidence?.basis === "measured") {
    const queries = await Promise.all(
      evidence.queries.map((query) => describeQuery(parser, patternOf(query), tables)),
    );
    const gains = evidence.queries
      .filter((query) => query.is_targeted)
      .map((query) => {
        const live = actual.get(`${suggestion.id} ${query.fingerprint}`);
        const isLive = live !== undefined && isApproved === true;
        return isLive ? { ...query, gain: { ...query.gain, value: live } } : query;
      });
    const example = outcomeExample({ family, candidate, tables, queries, gains });
    return example && { kind: "outcomes", example };
  }
  const isReviewed = suggestion.basis === "estimate" && role === "suggested";
  if (!isReviewed || (suggestion.state !== "approved" && suggestion.state !== "rejected")) {
    return null;
  }
  const queries: WorkloadQuery[] = [];
  const isLiked = suggestion.state === "approved" && isApproved !== false;
  return {
    kind: "reviews",
    example: reviewExample({ family, candidate, tables, queries }, isLiked),
  };
}

function patternOf({ fingerprint, sql, calls, baseline }: QueryEvidence) {
  const at = new Date(0).toISOString();
  return {
    ...{ fingerprint, sql, calls, kind: "select" as const, is_parsed: true },
    ...{ mean_ms: baseline.median_ms, median_ms: baseline.median_ms, p95_ms: baseline.p95_ms },
    ...{ first_seen: at, last_seen: at },
  };
}
