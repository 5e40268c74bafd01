import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compilePlan, type WorkloadQuery } from "@/server/advisor";
import type { Candidate } from "@/server/contracts";
import { workloadEvidence } from "./gain";
import { openRoom } from "./measure";
import { createReporter } from "./progress";
import { candidate, query } from "./testing/candidates";
import { createTestProduct, type TestProduct } from "./testing/product";
import { proofInput, proveProduct } from "./testing/prove-product";
import { createTestClock } from "./testing/test-clock";
import { startTimer } from "./timer";

let folder: string;
let source: TestProduct;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "many-"));
  source = await createTestProduct(5000);
});
afterAll(() => {
  source.close();
  rmSync(folder, { recursive: true, force: true });
});

function lookUp(table: string, fingerprint: string, calls: number): WorkloadQuery {
  const sql = `SELECT '${fingerprint}', * FROM ${table} WHERE project_name = $1`;
  const one = query(fingerprint, sql, [["project_name", "equals", 1]], { calls });
  const filters = one.shape.filters.map((filter) => ({ ...filter, table }));
  return { ...one, shape: { ...one.shape, filters, tables: [table] } };
}

const indexOn = (table: string, targeted: string[]): Candidate =>
  candidate({ kind: "add_index", table, column: "project_name" }, targeted, [
    `CREATE INDEX idx_${table} ON ${table}(project_name)`,
  ]);

/** A proof of 12 s on twelve tables, the later the heavier, each of which takes 5 s of them to copy. */
async function proveTables(candidatesOf: (names: string[]) => Candidate[]) {
  const clock = createTestClock();
  const [projects] = source.schema.tables;
  if (projects === undefined) throw new Error("no table");
  const names = Array.from({ length: 12 }, (_, at) => `t${at}`);
  const tables = names.map((name) => ({ ...projects, name }));
  const exported: string[] = [];
  const told: unknown[] = [];
  const product: TestProduct["product"] = {
    ...source.product,
    async exportTable(table, options) {
      exported.push(table);
      clock.advance(5000);
      return source.product.exportTable("projects", options);
    },
  };
  const { accepted, alternatives } = await proveProduct(
    { ...source, product, schema: { ...source.schema, tables } },
    mkdtempSync(path.join(folder, "tables-")),
    candidatesOf(names),
    {
      queries: names.map((name, at) => lookUp(name, `q${at}`, 1000 * (at + 1))),
      secondsMax: 12,
      compile: (changes) => compilePlan(tables, changes),
      onCopied: (copied) => told.push(copied),
    },
    clock,
  );
  return { verdicts: [...accepted, ...alternatives], exported, told };
}

describe("a proof with more tables than its time reaches", () => {
  it("copies those that take most of the workload's time, and names the others", async () => {
    const { verdicts, exported, told } = await proveTables((names) =>
      names.map((name, at) => indexOn(name, [`q${at}`])),
    );
    // Three always, though three tenths of its time have passed after the first.
    expect(exported).toEqual(["t11", "t10", "t9"]);
    expect(told).toEqual([{ left_out: 9, of: 12 }]);
    const left = verdicts.filter(({ verdict }) => verdict.reason.includes("was not copied"));
    expect(left.map(({ candidate: { change }, verdict }) => [change.table, verdict.code])).toEqual(
      Array.from({ length: 9 }, (_, at) => [`t${at}`, "not_reached"]),
    );
    expect(verdicts).toHaveLength(12);
  });

  it("copies no more of them where there is nothing to try", async () => {
    const { verdicts, exported, told } = await proveTables(() => []);
    expect(exported).toEqual(["t11", "t10", "t9"]);
    expect(told).toEqual([{ left_out: 9, of: 12 }]);
    expect(verdicts).toEqual([]);
  });
});

it("replays the heaviest of very many queries, and counts the others in the evidence", async () => {
  const queries = Array.from({ length: 160 }, (_, at) => lookUp("projects", `q${at}`, 160 - at));
  const observed = { queries, droppedCalls: 0 };
  const candidates = [indexOn("projects", ["q0"])];
  // So little time that not one query more than the least is replayed.
  const input = proofInput(source, folder, candidates, { queries, observed, secondsMax: 1 });
  mkdirSync(input.workDir, { recursive: true });
  const room = await openRoom(input, {
    timer: startTimer(createTestClock()),
    progress: createReporter(() => {}, 1),
  });
  room.close();
  expect(room.replays).toHaveLength(50);
  expect(room.notReplayed).toHaveLength(110);
  const { not_replayed, not_replayed_count, coverage } = workloadEvidence(
    room.workload,
    new Map(),
    new Map(),
    1,
  );
  expect([not_replayed_count, not_replayed.length]).toEqual([110, 100]);
  expect(not_replayed[0]).toMatchObject({
    fingerprint: "q50",
    why: expect.stringContaining("heavier queries"),
  });
  // 160 + … + 111 of 160 + … + 1.
  expect(coverage).toBeCloseTo(6775 / 12_880);
});
