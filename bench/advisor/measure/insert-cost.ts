import type { TableSchema } from "@/server/contracts";
import { quoteIdentifier } from "@/server/sql";
import { comparePairs } from "@/server/statistics";
import type { Copy } from "./copy";

const BATCH_ROWS = 1000;
/** The first batches read indexes from the file. */
const WARM_UP_BATCHES = 3;
const BATCHES = 11;

/**
 * Time of an insert of 1000 rows with its commit against the first copy, by name: 1 = the same.
 * Rows that stand in the table are taken out first and put back, batch by batch, on all copies in
 * turn, in transactions of their own (DuckDB fills indexes at commit). Leaves the copies changed.
 */
export async function measureInserts(
  copies: Copy[],
  table: TableSchema,
): Promise<Map<string, number>> {
  for (const copy of copies) await takeOut(copy, table);
  const times = new Map<string, number[]>(copies.map((copy) => [copy.name, []]));
  const names = table.columns.map((column) => quoteIdentifier(column.name)).join(", ");
  for (let batch = 0; batch < WARM_UP_BATCHES + BATCHES; batch++) {
    const from = batch * BATCH_ROWS;
    const sql = `INSERT INTO ${quoteIdentifier(table.name)} (${names}) SELECT ${names} FROM held
      WHERE held_number > ${from} AND held_number <= ${from + BATCH_ROWS}`;
    for (let turn = 0; turn < copies.length; turn++) {
      const copy = copies[(turn + batch) % copies.length];
      const ms = await copy?.time(sql);
      if (copy && ms !== undefined && batch >= WARM_UP_BATCHES) times.get(copy.name)?.push(ms);
    }
  }
  const [first] = copies;
  const before = times.get(first?.name ?? "") ?? [];
  return new Map(
    [...times].map(([name, after]) => [
      name,
      1 - comparePairs(before, after, { seed: 1, resamples: 1 }).gain.value,
    ]),
  );
}

/** By row number: a copy may have a key that the unchanged data lack. */
async function takeOut(copy: Copy, table: TableSchema): Promise<void> {
  const name = quoteIdentifier(table.name);
  const rows = (WARM_UP_BATCHES + BATCHES) * BATCH_ROWS;
  await copy.time(`CREATE TEMP TABLE held AS SELECT row_number() OVER () AS held_number, *
    FROM (SELECT rowid AS held_rowid, * FROM ${name}
      USING SAMPLE reservoir(${rows} ROWS) REPEATABLE (1))`);
  await copy.time(`DELETE FROM ${name} WHERE rowid IN (SELECT held_rowid FROM held)`);
}
