import path from "node:path";
import { insertTimeShare, kindOf } from "@/server/advisor";
import type { Change } from "@/server/contracts";
import type { WeighedInserts } from "../gain";
import { attempt } from "./errors";
import { heldTableSql, measureInsertCost } from "./replay";
import type { MeasuringRoom } from "./room";
import { copyShadow, openSession, removeStaleWork } from "./shadow";
import type { ShadowVariant } from "./variants";

/**
 * Insert cost of every table whose inserts the judged changes may touch, and what is known of others,
 * the most inserted into first: measured again, noise would pass for a difference. One that cannot
 * be measured is reported as a problem, and is "not measured" in the evidence.
 */
export async function measureInserts(
  room: MeasuringRoom,
  variant: ShadowVariant,
  judged: readonly Change[],
  known: readonly WeighedInserts[],
): Promise<WeighedInserts[]> {
  const names = new Set(judged.flatMap((change) => kindOf(change).insertCostTables(change)));
  const found = known.filter(({ cost }) => !names.has(cost.table ?? ""));
  if (names.size === 0) return found;
  // On a copy: the built shadow may still be measured beside others.
  const file = path.join(room.input.workDir, "insert-run.duckdb");
  await copyShadow(variant.file, file);
  const tables = [...room.tables.entries()].filter(([, one]) => names.has(one.table.name));
  const { signal } = room.input;
  const prepare = tables.map(([index, { heldFile }]) => heldTableSql(index, heldFile));
  const session = await openSession({ file, threads: room.threads, signal, prepare });
  try {
    for (const [index, { table }] of tables) {
      const tried = await attempt(signal, () =>
        measureInsertCost(table, index, room.insertBaseline, session),
      );
      if ("why" in tried) room.input.onProblem(`inserts into ${table.name}`, new Error(tried.why));
      const cost = "result" in tried ? tried.result : null;
      const timeShare = insertTimeShare(room.input.queries, table.name);
      if (cost !== null) found.push({ cost, timeShare });
    }
  } finally {
    session.close();
    for (const name of [file, `${file}.wal`]) await removeStaleWork(name);
  }
  return found.sort((a, b) => b.timeShare - a.timeShare);
}
