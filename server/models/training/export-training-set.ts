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
import { outcomeExamples, reviewExample } from "./outcome-example";
import { type Subject, withoutChange } from "./subject";
import { judgeByWords, type Words } from "./weigh-words";

type ItemRow = typeof suggestionItems.$inferSelect;
type SuggestionRow = typeof suggestions.$inferSelect;

export interface TrainingSet {
  examples: TrainingExample[];
  /** What they were made of: measured candidates, and such as only people judged. */
  outcomes: number;
  reviews: number;
  /** Scores that people gave, and that weighed in. */
  scores: number;
}

/**
 * What happened here as questions and answers for a model: every measured candidate with its gain
 * (on the live workload where it was executed), and what people said of those that could not be
 * measured. Their scores weigh the former and judge the latter (`weigh-words.ts`). Left out, because it
 * says nothing: what was neither measured nor judged, an even vote, rejections of measured
 * candidates (the measurement stands), explanations (a score is of the suggestion, not of its
 * words), and first opinions on proposals (nobody rules on them here). Later examples replace
 * earlier ones of the same question, but a proof never an execution. Statistics are today's: those
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
  const ids = [...new Set(found.map(({ suggestion }) => suggestion.id))];
  const [actual, words] = [await loadActual(ctx, ids), await loadWords(ctx, ids)];
  const tables = await loadTables(ctx);
  const parser = await createShapeParser();
  const set = { outcomes: 0, reviews: 0, byId: new Map<string, TrainingExample>() };
  const heard = new Set<string>();
  try {
    for (const { suggestion, item } of found) {
      const said = words.get(suggestion.id) ?? SILENCE;
      const made = await makeExamples(parser, tables, suggestion, item, { actual, said });
      if (made.length === 0) continue;
      for (const example of made) keep(set.byId, example);
      set[made[0]?.basis === "people" ? "reviews" : "outcomes"] += 1;
      if (words.has(suggestion.id)) heard.add(suggestion.id);
    }
  } finally {
    parser.close();
  }
  const scores = [...heard].reduce((sum, id) => sum + count(words.get(id) ?? SILENCE), 0);
  const { outcomes, reviews } = set;
  return { examples: [...set.byId.values()], outcomes, reviews, scores };
}

const SILENCE: Words = { useful: 0, useless: 0 };
const count = ({ useful, useless }: Words): number => useful + useless;

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

/** Scores given, by suggestion. */
async function loadWords({ db }: ServiceContext, ids: string[]): Promise<Map<string, Words>> {
  if (ids.length === 0) return new Map();
  const rows = await db.select().from(feedback).where(inArray(feedback.suggestionId, ids));
  const words = new Map<string, Words>();
  for (const { suggestionId: id, score } of rows) {
    const { useful, useless } = words.get(id) ?? SILENCE;
    words.set(id, { useful: useful + Number(score > 0), useless: useless + Number(score < 0) });
  }
  return words;
}

async function makeExamples(
  parser: ShapeParser,
  tablesOf: Map<string, TableSchema[]>,
  suggestion: SuggestionRow,
  item: ItemRow,
  { actual, said }: { actual: Map<string, number>; said: Words },
): Promise<TrainingExample[]> {
  const { candidate, evidence, isApproved } = item;
  const all = tablesOf.get(suggestion.productId ?? "") ?? [];
  const tables = withoutChange(all, candidate.change);
  const subject = { family: `live:${suggestion.productId ?? "context"}`, candidate, tables };
  if (evidence?.basis !== "measured")
    return judged({ ...subject, queries: [] }, suggestion, item, said);
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
  return outcomeExamples({ ...subject, queries }, { gains, isLive, words: said });
}

/** What people said of an estimate, where they said anything. */
function judged(
  subject: Subject,
  { basis, state }: SuggestionRow,
  { role, isApproved }: ItemRow,
  said: Words,
): TrainingExample[] {
  if (basis !== "estimate" || role !== "suggested") return [];
  const isLeft = state === "approved" && isApproved === false;
  const decision = isLeft
    ? "rejected"
    : state === "approved" || state === "rejected"
      ? state
      : null;
  // Scores are of what was approved, not of what was left out of it.
  const pays = judgeByWords(decision, isLeft ? SILENCE : said);
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
