import { eq, gte, inArray } from "drizzle-orm";
import { dataProducts, feedback, operations, suggestionItems, suggestions } from "@/drizzle/schema";
import { describeQuery } from "@/server/advisor";
import {
  ProductSchema,
  type QueryEvidence,
  type TableSchema,
  type TrainingExample,
  type Verification,
} from "@/server/contracts";
import { assertCan } from "@/server/identity";
import type { ServiceContext } from "@/server/platform";
import { createShapeParser, type ShapeParser } from "@/server/workload";
import { outcomeExamples, reviewExample, type Subject, withoutChange } from "./training-examples";
import { judgeByVotes, type Votes } from "./weigh-feedback";

type ItemRow = typeof suggestionItems.$inferSelect;
type SuggestionRow = typeof suggestions.$inferSelect;

export interface TrainingSet {
  examples: TrainingExample[];
  /** What they were made of: measured candidates, and estimates that people voted on. */
  outcomes: number;
  reviews: number;
  /** Scores that people gave, and that weighed in. */
  scores: number;
}

/**
 * What happened here as questions and answers for a model: every measured candidate with its gain (on
 * the live workload where it was executed), and for estimates the votes of people. Votes on measured
 * candidates weigh the example, they never change its answer (`weigh-feedback.ts`). Left out, because it
 * says nothing: what was neither measured nor voted on, an even vote, rejections of measured candidates
 * (the measurement stands), and first opinions on proposals (nobody rules on them here). Later examples
 * replace earlier ones of the same question, but a proof never an execution. Statistics are today's:
 * those of the proof are not kept. Throws `forbidden`.
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
  const ids = [...new Set(found.map(({ suggestion }) => suggestion.id))];
  const [actual, votesOf] = [await loadActual(ctx, ids), await loadVotes(ctx, ids)];
  const tables = await loadTables(ctx);
  const parser = await createShapeParser();
  const set = { outcomes: 0, reviews: 0, byId: new Map<string, TrainingExample>() };
  const counted = new Set<string>();
  try {
    for (const { suggestion, item } of found) {
      const votes = votesOf.get(suggestion.id) ?? NO_VOTES;
      const made = await makeExamples(parser, tables, suggestion, item, { actual, votes });
      if (made.length === 0) continue;
      for (const example of made) keep(set.byId, example);
      set[made[0]?.basis === "people" ? "reviews" : "outcomes"] += 1;
      if (votesOf.has(suggestion.id)) counted.add(suggestion.id);
    }
  } finally {
    parser.close();
  }
  const scores = [...counted].reduce((sum, id) => sum + count(votesOf.get(id) ?? NO_VOTES), 0);
  const { outcomes, reviews } = set;
  return { examples: [...set.byId.values()], outcomes, reviews, scores };
}

const NO_VOTES: Votes = { useful: 0, useless: 0 };
const count = ({ useful, useless }: Votes): number => useful + useless;

function keep(byId: Map<string, TrainingExample>, example: TrainingExample): void {
  const isLive = byId.get(example.id)?.basis === "live";
  if (!isLive || example.basis === "live") byId.set(example.id, example);
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

/** Votes by suggestion. */
async function loadVotes({ db }: ServiceContext, ids: string[]): Promise<Map<string, Votes>> {
  if (ids.length === 0) return new Map();
  const rows = await db.select().from(feedback).where(inArray(feedback.suggestionId, ids));
  const votes = new Map<string, Votes>();
  for (const { suggestionId: id, score } of rows) {
    const { useful, useless } = votes.get(id) ?? NO_VOTES;
    votes.set(id, { useful: useful + Number(score > 0), useless: useless + Number(score < 0) });
  }
  return votes;
}

async function makeExamples(
  parser: ShapeParser,
  tablesOf: Map<string, TableSchema[]>,
  suggestion: SuggestionRow,
  item: ItemRow,
  { actual, votes }: { actual: Map<string, number>; votes: Votes },
): Promise<TrainingExample[]> {
  const { candidate, evidence, isApproved } = item;
  const all = tablesOf.get(suggestion.productId ?? "") ?? [];
  const tables = withoutChange(all, candidate.change);
  const subject = { family: `live:${suggestion.productId ?? "context"}`, candidate, tables };
  if (evidence?.basis !== "measured")
    return estimateExamples({ ...subject, queries: [] }, suggestion, item, votes);
  const queries = await Promise.all(
    evidence.queries.map((query) => describeQuery(parser, patternOf(query), tables)),
  );
  let isLive = false;
  const gains = evidence.queries
    .filter((query) => query.is_targeted)
    .map((query) => {
      const live = actual.get(`${suggestion.id} ${query.fingerprint}`);
      if (live === undefined || isApproved !== true) return query;
      isLive = true;
      return { ...query, gain: { ...query.gain, value: live } };
    });
  return outcomeExamples({ ...subject, queries }, { gains, isLive, votes });
}

/** What people thought of an estimate, where they voted. */
function estimateExamples(
  subject: Subject,
  { basis, state }: SuggestionRow,
  { role, isApproved }: ItemRow,
  votes: Votes,
): TrainingExample[] {
  if (basis !== "estimate" || role !== "suggested") return [];
  const isExcluded = state === "approved" && isApproved === false;
  const decision = isExcluded
    ? "rejected"
    : state === "approved" || state === "rejected"
      ? state
      : null;
  // Scores are of what was approved, not of what was left out of it.
  const pays = judgeByVotes(decision, isExcluded ? NO_VOTES : votes);
  return pays === null ? [] : [reviewExample(subject, pays)];
}

function patternOf({ fingerprint, sql, calls, baseline }: QueryEvidence) {
  const at = new Date(0).toISOString();
  return {
    ...{ fingerprint, sql, calls, kind: "select" as const, is_parsed: true },
    ...{ mean_ms: baseline.median_ms, median_ms: baseline.median_ms, p95_ms: baseline.p95_ms },
    ...{ first_seen: at, last_seen: at },
  };
}
