import type { MeasuredEvidence, QueryEvidence } from "@/server/contracts";
import { changedColumns, type Explanation, type ProvedCandidate } from "@/server/contracts";
import { type AskOptions, askTask, type ExplanationInput, explanation } from "@/server/inference";

/**
 * One or two plain sentences on a measured change. The model writes words and slots, the slots are
 * filled from the evidence here; a text with a slot that the evidence cannot fill is replaced by the
 * rules' text. null where nothing was measured of a targeted query.
 */
export async function explainItem(
  proved: ProvedCandidate,
  options: AskOptions = {},
): Promise<Explanation | null> {
  const { candidate, evidence } = proved;
  if (evidence?.basis !== "measured") return null;
  const query = heaviest(evidence.queries.filter((one) => one.is_targeted));
  if (query === undefined) return null;
  const figures = figuresOf(proved, evidence, query);
  const input = inputOf(proved, evidence, query);
  const told = await askTask(explanation, input, options);
  const written = fill(told.result.text, figures);
  if (written !== null && told.model !== null) {
    return { text: written, by: "model", model: told.model };
  }
  const template = explanation.read(explanation.byRules(input), []).text;
  const text = fill(template, figures) ?? candidate.reason;
  return { text, by: "rules", model: null };
}

/** The text with every slot filled; null when one has no figure, or a figure stands outside. */
export function fill(text: string, figures: Readonly<Record<string, string>>): string | null {
  if (/\d/.test(text)) return null;
  const named = [...text.matchAll(/<([^>]*)>/g)].map((match) => match[1] ?? "");
  if (named.some((slot) => figures[slot] === undefined)) return null;
  return text.replace(/<([^>]*)>/g, (_, slot: string) => figures[slot] ?? "");
}

function heaviest(queries: QueryEvidence[]): QueryEvidence | undefined {
  const weight = (one: QueryEvidence) => one.calls * one.baseline.median_ms;
  return [...queries].sort((one, other) => weight(other) - weight(one))[0];
}

const percent = (share: number): string => `${Math.round(Math.abs(share) * 100)} %`;
const count = (value: number): string =>
  Math.round(value).toLocaleString("en").replaceAll(",", " ");
const ms = (value: number): string => `${value >= 10 ? Math.round(value) : value.toFixed(1)} ms`;

function figuresOf(
  { candidate }: ProvedCandidate,
  evidence: MeasuredEvidence,
  query: QueryEvidence,
): Record<string, string> {
  const table = evidence.sample.find((one) => one.table === candidate.change.table);
  const inserts = evidence.insert_cost;
  return {
    gain: percent(query.gain.value),
    before: ms(query.baseline.median_ms),
    after: ms(query.candidate.median_ms),
    calls: count(query.calls),
    storage: percent(evidence.storage.overhead),
    table: candidate.change.table,
    target: candidate.target || candidate.change.table,
    ...(table ? { rows: count(table.rows_total) } : {}),
    ...(inserts ? { inserts: `${inserts.ratio.toFixed(1)} times` } : {}),
  };
}

/** A cost worth a word: a tenth more storage, or inserts slower by a tenth. */
const COST_MIN = 0.1;

function inputOf(
  { candidate, verdict }: ProvedCandidate,
  evidence: MeasuredEvidence,
  query: QueryEvidence,
): ExplanationInput {
  const { change } = candidate;
  const inserts = (evidence.insert_cost?.ratio ?? 1) - 1;
  const cost = inserts >= COST_MIN ? "inserts" : "storage";
  const hasCost = inserts >= COST_MIN || evidence.storage.overhead >= COST_MIN;
  return {
    kind: change.kind,
    detail:
      change.kind === "rewrite_query"
        ? change.rule
        : change.kind === "change_type"
          ? change.to.name
          : null,
    table: change.table,
    target: changedColumns(change).join(", "),
    use: leadingUse(query.sql),
    verdict: verdict.is_accepted ? "passed" : "no_gain",
    size: query.gain.value >= 0.85 ? "huge" : query.gain.value >= 0.35 ? "large" : "small",
    cost: hasCost ? cost : "none",
  };
}

/** What the query does first of all, by its words: it only chooses the words about it. */
function leadingUse(sql: string): ExplanationInput["use"] {
  if (/\bgroup by\b/i.test(sql)) return "group";
  if (/\bjoin\b/i.test(sql)) return "join";
  if (/(>=?|<=?|\bbetween\b|\blike\b)/i.test(sql)) return "range";
  if (/\bwhere\b/i.test(sql)) return "lookup";
  return /\border by\b/i.test(sql) ? "sort" : "read";
}
