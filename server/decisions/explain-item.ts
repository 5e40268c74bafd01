import {
  type Candidate,
  comparedTimes,
  type Explanation,
  factsOf,
  hasMeasuredCost,
  type MeasuredEvidence,
  type ProvedCandidate,
  type QueryEvidence,
  savedMs,
} from "@/server/contracts";
import { formatFactor, formatMs, formatPercent } from "@/server/format";

/** Figures that a sentence may name as `<slot>`; the evidence fills them in. */
type Slot = "gain" | "before" | "after" | "storage" | "inserts" | "table" | "target";

/**
 * One to three plain sentences on an accepted change: what it does, what the query that gained most
 * takes now, and what it costs. The words are fixed, every figure is of the evidence. null where the
 * evidence does not bear them out: nothing was measured, or no targeted query surely gained.
 */
export function explainItem({ candidate, evidence, verdict }: ProvedCandidate): Explanation | null {
  if (evidence?.basis !== "measured" || !verdict.is_accepted) return null;
  if (verdict.code === "fits" || hasMeasuredCost(verdict)) {
    return explainFit(candidate, evidence, hasMeasuredCost(verdict));
  }
  const query = mostImproved(evidence.queries);
  if (query === undefined) return null;
  const { change, target } = candidate;
  const figures = {
    ...figuresOf(evidence, query),
    table: change.table,
    target: target === "" ? change.table : target,
  };
  const sentences = [
    `${factsOf(change).effect(change)}.`,
    `The query that gains most, ${USES[leadingUse(query.sql)]}, takes <after> instead of <before> (<gain> less).`,
    ...costsOf(evidence),
  ];
  const text = fillSlots(sentences.join(" "), figures);
  return text === null ? null : { text, by: "rules", model: null };
}

/** Of a change that was asked for: what it does, and what it costs. Faster it makes nothing. */
function explainFit(
  { change, target }: Candidate,
  evidence: MeasuredEvidence,
  isCostly: boolean,
): Explanation | null {
  const { storage, insert_cost: inserts } = evidence;
  const figures = {
    ...{ table: change.table, target: target === "" ? change.table : target },
    storage: formatPercent(storage.overhead),
    ...(inserts && { inserts: formatFactor(inserts.ratio) }),
  };
  const sentences = [
    `${factsOf(change).effect(change)}.`,
    "It was asked for, and breaks nothing that was measured.",
    ...(isCostly ? ["What it makes slower stands first among the drawbacks."] : []),
    ...costsOf(evidence),
  ];
  const text = fillSlots(sentences.join(" "), figures);
  return text === null ? null : { text, by: "rules", model: null };
}

/** The text with every slot filled; null when a figure stands outside of a slot, or a slot has none. */
export function fillSlots(
  text: string,
  figures: Readonly<Partial<Record<Slot, string>>>,
): string | null {
  if (/\d/.test(text)) return null;
  const known = new Map<string, string>(Object.entries(figures));
  const named = [...text.matchAll(/<([^>]*)>/g)].map((match) => match[1] ?? "");
  if (named.some((slot) => !known.has(slot))) return null;
  return text.replace(/<([^>]*)>/g, (_, slot: string) => known.get(slot) ?? "");
}

/** The targeted query that saves most time in all its calls, where its gain is no noise. */
function mostImproved(queries: readonly QueryEvidence[]): QueryEvidence | undefined {
  return queries
    .filter(({ is_targeted: isTargeted, gain }) => isTargeted && gain.low > 0)
    .sort((a, b) => savedMs(b) - savedMs(a))[0];
}

function figuresOf({ storage, insert_cost: inserts }: MeasuredEvidence, query: QueryEvidence) {
  const times = comparedTimes(query);
  return {
    gain: formatPercent(query.gain.value),
    before: formatMs(times.before_ms),
    after: formatMs(times.after_ms),
    storage: formatPercent(storage.overhead),
    ...(inserts && { inserts: formatFactor(inserts.ratio) }),
  } satisfies Partial<Record<Slot, string>>;
}

/** A cost worth a sentence: a tenth more storage, or inserts slower by a tenth. */
const COST_MIN = 0.1;

function costsOf({ storage, insert_cost: inserts }: MeasuredEvidence): string[] {
  return [
    ...(inserts !== null && inserts.ratio - 1 >= COST_MIN
      ? ["Inserts take <inserts> as long."]
      : []),
    ...(storage.overhead >= COST_MIN ? ["Storage grows by <storage>."] : []),
  ];
}

type Use = "lookup" | "range" | "group" | "join" | "sort" | "read";
const USES: Record<Use, string> = {
  lookup: "a lookup",
  range: "a range scan",
  group: "an aggregation",
  join: "a join",
  sort: "a sorted read",
  read: "a plain read",
};

/** What the query does first of all, by its keywords; it only chooses how the query is called. */
function leadingUse(sql: string): Use {
  if (/\bgroup by\b/i.test(sql)) return "group";
  if (/\bjoin\b/i.test(sql)) return "join";
  if (/(>=?|<=?|\bbetween\b|\blike\b)/i.test(sql)) return "range";
  if (/\bwhere\b/i.test(sql)) return "lookup";
  return /\border by\b/i.test(sql) ? "sort" : "read";
}
