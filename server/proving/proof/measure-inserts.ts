import path from "node:path";
import { insertTimeShare, kindOf } from "@/server/advisor";
import type { Change, InsertCost } from "@/server/contracts";
import { heldTableSql, measureInsertCost } from "../replay";
import { copyShadow, openSession, removeStaleWork } from "../shadow";
import { attempt } from "./attempt";
import type { Proof } from "./open-proof";
import type { Subject } from "./subject";

/** One table's insert cost, and what part of the workload's time its inserts take. */
export interface WeighedInserts {
  cost: InsertCost;
  /** 0..1 */
  timeShare: number;
}

/**
 * Insert cost of every table that the judged changes of a subject touch, and what is known of others,
 * the most inserted into first: measured again, noise would pass for a difference. One that cannot
 * be measured is a problem that is told, and stands in the evidence as not measured.
 */
export async function measureInserts(
  proof: Proof,
  subject: Subject,
  judged: readonly Change[],
  known: readonly WeighedInserts[] = [],
): Promise<WeighedInserts[]> {
  const names = new Set(judged.flatMap((change) => kindOf(change).insertCostTables(change)));
  const found = known.filter(({ cost }) => !names.has(cost.table ?? ""));
  if (names.size === 0) return found;
  // On a copy: the built shadow may still be measured beside others.
  const file = path.join(proof.input.workDir, "insert-run.duckdb");
  await copyShadow(subject.file, file);
  const indexes = [...proof.tables.keys()].filter((at) =>
    names.has(proof.tables[at]?.table.name ?? ""),
  );
  const session = await openSession({
    file,
    threads: proof.threads,
    signal: proof.input.signal,
    prepare: indexes.map((at) => heldTableSql(at, proof.tables[at]?.heldFile ?? "")),
  });
  try {
    for (const at of indexes) {
      const table = proof.tables[at]?.table;
      if (table === undefined) continue;
      const tried = await attempt(proof, () =>
        measureInsertCost(table, at, proof.insertBaseline, session),
      );
      if ("why" in tried) proof.input.onProblem(`inserts into ${table.name}`, new Error(tried.why));
      const cost = "result" in tried ? tried.result : null;
      const timeShare = insertTimeShare(proof.input.queries, table.name);
      if (cost !== null) found.push({ cost, timeShare });
    }
  } finally {
    session.close();
    for (const name of [file, `${file}.wal`]) await removeStaleWork(name);
  }
  return found.sort((one, other) => other.timeShare - one.timeShare);
}
