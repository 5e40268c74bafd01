import { expect, it } from "vitest";
import type { Replay } from "../measure/replay";
import type { LoadedTable } from "../measure/shadow";
import { query } from "../testing/candidates";
import { projectsSchema } from "../testing/product";
import { unchangedMs } from "./extrapolate";

const [table] = projectsSchema(4000).tables;
if (table === undefined) throw new Error("no table");
/** A quarter of the rows. */
const exported = { rows: 1000, rowsTotal: 4000, method: "reservoir", dataVersion: "1", file: "" };
const loaded = { table, heldFile: "", exported } as LoadedTable;

function replay(fingerprint: string, liveMs: number): Replay {
  const described = query(fingerprint, `SELECT ${fingerprint}`, [], { calls: 10 });
  return {
    query: { ...described, pattern: { ...described.pattern, median_ms: liveMs } },
    ...{ sets: [[]], texts: [""], baselineMs: 3, baselineProfile: { rowsScanned: 1, plan: [] } },
    ...{ baselineSums: [], isOrderBound: false },
  };
}

it("weighs unchanged queries by their live time, and those never seen live by the shadow's at full size", () => {
  const elsewhere = replay("elsewhere", 2).query;
  const unknown = replay("unknown", 0).query;
  const proof = {
    replays: [replay("live", 5), replay("unseen", 0)],
    untouched: [elsewhere, unknown],
    tables: [loaded],
  };
  expect(unchangedMs(proof, { queries: [] })).toBe(10 * 5 + 10 * (3 * 4) + 10 * 2);
});
