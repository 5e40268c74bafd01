import type { Candidate, Change, TableSchema } from "@/server/contracts";
import { formatPercent, formatPlural } from "@/server/format";
import { areExclusive } from "./change-kinds";
import { typeValues } from "./index-estimate";
import type { Proposals } from "./kind-spec";
import { assignsColumn, measureUsage, type WorkloadQuery, writesTo } from "./workload-query";

/**
 * What an answer without data suggests: conventions, not measurements. Less expected gain or chance is
 * not worth a reader's time; of a change that reaches so few calls, or of an index that is maintained so
 * much more often than it is looked into, no estimate can say that it pays.
 */
const GAIN_MIN = 0.1;
const CHANCE_MIN = 0.15;
const CALL_SHARE_MIN = 0.005;
const LOOK_UP_SHARE_MIN = 0.02;

/** Names of columns that mostly hold few values. */
const FEW_VALUES =
  /(^|_)(status|state|type|kind|category|class|level|priority|severity|gender|sex|country|region|currency|lang|language|locale|channel|plan|tier|role|stage|phase|mode|colou?r|size|flag|env|environment|platform|os|browser|department|segment|method)(_code|_name|_type)?$/i;

interface ColumnRef {
  table: string;
  column: string;
}

interface Choice {
  tables: readonly TableSchema[];
  queries: readonly WorkloadQuery[];
}

/**
 * The candidates that an estimate alone may suggest, in their order and such as can all be made; the
 * others with the reason.
 */
export function chooseEstimates(choice: Choice, candidates: readonly Candidate[]): Proposals {
  const chosen: Proposals = { candidates: [], excluded: [] };
  const served = new Set<string>();
  for (const candidate of candidates) {
    const reason =
      reasonAgainst(choice, candidate) ??
      exclusiveWith(candidate, chosen.candidates) ??
      servedBy(candidate, served);
    if (reason === null) {
      chosen.candidates.push(candidate);
      if (isTextAlone(candidate)) continue;
      for (const fingerprint of candidate.targeted_fingerprints) served.add(fingerprint);
    } else chosen.excluded.push({ candidate, reason });
  }
  return chosen;
}

function reasonAgainst({ tables, queries }: Choice, candidate: Candidate): string | null {
  const { change } = candidate;
  if (candidate.estimated_gain < GAIN_MIN || candidate.prior < CHANCE_MIN) {
    return candidate.drawbacks[0] ?? "Too little is expected of it.";
  }
  if (isTextAlone(candidate)) return null;
  const few = fewValues(tables, change);
  if (few !== null) return few;
  const targeted = new Set(candidate.targeted_fingerprints);
  const usage = measureUsage(
    queries,
    queries.filter(({ pattern }) => targeted.has(pattern.fingerprint)),
  );
  if (change.kind === "add_index") {
    const writes = queries
      .filter((query) => maintainsIndex(query, change))
      .reduce((sum, { pattern }) => sum + pattern.calls, 0);
    if (usage.calls < LOOK_UP_SHARE_MIN * (usage.calls + writes)) {
      return `${formatPlural(writes, "write")} would maintain the index for ${formatPlural(usage.calls, "look-up")}: nothing shows that it pays.`;
    }
  }
  if (usage.callShare < CALL_SHARE_MIN) {
    return `Its queries are ${formatPlural(usage.calls, "call")}, less than ${formatPercent(CALL_SHARE_MIN)} of all: nothing shows that it pays.`;
  }
  return null;
}

/** Rows come or go, or get another value in the column. */
function maintainsIndex(query: WorkloadQuery, { table, column }: ColumnRef): boolean {
  const { kind } = query.shape;
  if (!writesTo(query, table)) return false;
  return kind === "insert" || kind === "delete" || assignsColumn(query, table, column);
}

/** An index on a column that is named as one of few values, where no statistics say otherwise. */
function fewValues(tables: readonly TableSchema[], change: Change): string | null {
  if (change.kind !== "add_index") return null;
  const table = tables.find(({ name }) => name === change.table);
  const column = table?.columns.find(({ name }) => name === change.column);
  if (!column || column.statistics || typeValues(column.type) !== null) return null;
  if (!FEW_VALUES.test(column.name)) return null;
  return `A column named ${column.name} mostly holds few values, and DuckDB takes an index only where a value is in few rows: send its number of distinct values, or product_id, to have it judged.`;
}

function exclusiveWith(candidate: Candidate, chosen: readonly Candidate[]): string | null {
  const other = chosen.find(({ change }) => areExclusive(change, candidate.change));
  return other ? `It cannot be made beside “${other.title}”, of which more is expected.` : null;
}

/** It makes nothing that could serve other queries. */
const isTextAlone = ({ change }: Candidate): boolean => change.kind === "rewrite_query";

/** All of its queries are those of changes chosen before: beside them it adds nothing that is known. */
function servedBy(candidate: Candidate, served: ReadonlySet<string>): string | null {
  if (isTextAlone(candidate)) return null;
  if (!candidate.targeted_fingerprints.every((one) => served.has(one))) return null;
  return "Its queries are served by what is suggested: beside that, nothing more is expected of it.";
}
