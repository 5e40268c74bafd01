import { kindOf } from "@/server/advisor";
import { formatCount } from "@/server/format";
import { attempt } from "./errors";
import type { MeasuringRoom } from "./room";
import { isSampled } from "./shadow";

/**
 * What rows that are there do not satisfy of the candidates' demands, as sentences with the counts; null:
 * all of them do, as far as the shadow holds them (a sample is named as one). A check that DuckDB refuses
 * claims nothing: the plan then says why. Throws the signal's reason.
 */
export async function findViolations(room: MeasuringRoom): Promise<string | null> {
  const { candidates, schema, signal } = room.input;
  const found: string[] = [];
  for (const { change } of candidates) {
    const table = schema.tables.find(({ name }) => name === change.table);
    const kind = kindOf(change);
    for (const check of table === undefined ? [] : kind.dataChecks(change, table)) {
      const counted = await attempt(signal, () => room.baseline.rows(check.countSql));
      const count = "result" in counted ? Number(counted.result[0]?.[0] ?? 0) : 0;
      if (count === 0) continue;
      const sample = describeSample(room, [change.table, ...kind.otherTables(change)]);
      found.push([check.describe(count), sample ?? []].flat().join(" "));
    }
  }
  return found.length === 0 ? null : found.join(" ");
}

/** Which of these tables the shadow holds a sample of, a sentence; null: none. */
export function describeSample(
  { tables }: Pick<MeasuringRoom, "tables">,
  names: readonly string[],
): string | null {
  const sampled = tables.filter((one) => names.includes(one.table.name) && isSampled(one));
  if (sampled.length === 0) return null;
  const parts = sampled.map(
    ({ table, exported }) =>
      `${formatCount(exported.rows)} of ${formatCount(exported.rowsTotal)} rows of ${table.name}`,
  );
  return `Checked on a sample: ${parts.join(", ")}.`;
}
