import type { Json } from "@duckdb/node-api";
import { shortHash } from "@/server/platform";
import type { Copy } from "./copy";
import { type ReplayedQuery, textFor } from "./replayed-query";

/** Results are compared for so many parameter sets of each query. */
const SETS_MAX = 3;
/** Floating-point sums depend on the order of rows: later digits are rounding. */
const DIGITS = 9;

/** Names of the queries whose rows (in any order) differ between the copies, empty when none do. */
export async function differingQueries(
  baseline: Copy,
  candidate: Copy,
  queries: ReplayedQuery[],
): Promise<string[]> {
  const differing: string[] = [];
  for (const query of queries) {
    for (let set = 0; set < Math.min(SETS_MAX, query.sets.length); set++) {
      const before = digest(await baseline.rows(textFor(baseline, query, set)));
      const after = digest(await candidate.rows(textFor(candidate, query, set)));
      if (before === after) continue;
      differing.push(query.name);
      break;
    }
  }
  return differing;
}

/** The same for the same rows in any order, whatever types hold the values. */
export function digest(rows: Json[][]): string {
  const lines = rows.map((row) => JSON.stringify(row.map(cellText))).sort();
  return `${lines.length} ${shortHash(lines.join("\n"))}`;
}

function cellText(cell: Json): string | null {
  if (cell === null) return null;
  if (typeof cell === "object") return JSON.stringify(cell);
  const isFraction = typeof cell === "number" && !Number.isInteger(cell);
  return isFraction ? cell.toPrecision(DIGITS) : String(cell);
}
