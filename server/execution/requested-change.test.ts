import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AddColumnChange, WorkloadPattern } from "@/server/contracts";
import { approveSuggestion, requestChange, runProof } from "@/server/decisions";
import { Rig, signal } from "./testing/rig";

const TIMEOUT_MS = 120_000;

let rig: Rig;
let folder: string;
beforeAll(async () => {
  rig = await Rig.open();
  folder = await mkdtemp(join(tmpdir(), "requested-"));
});
afterAll(async () => {
  await rig.close();
  await rm(folder, { recursive: true, force: true });
});

const seen = (sql: string, kind: WorkloadPattern["kind"], sample: string[]): WorkloadPattern => ({
  ...{ fingerprint: sql, sql, kind, is_parsed: kind === "select", calls: 100 },
  ...{ mean_ms: 2, median_ms: 2, p95_ms: 3, parameter_samples: [sample] },
  ...{ first_seen: new Date(0).toISOString(), last_seen: new Date().toISOString() },
});
const PATTERNS = [
  seen("SELECT * FROM projects WHERE status = $1", "select", ["ACTIVE"]),
  seen("SELECT status, count(*) FROM projects GROUP BY status", "select", []),
];

/** Requests the change and tests it, as the prover does, on the product with this workload. */
async function tested(change: AddColumnChange): Promise<string> {
  await rig.observe();
  const input = { changes: [change], reason: "Risk reports need it." };
  const { suggestion_id: id } = await requestChange({ ctx: rig.reviewer, input });
  const now = new Date().toISOString();
  const workload = { product_id: "duckdb-spawn", since: now, until: now, dropped_calls: 0 };
  await runProof({
    ctx: rig.system,
    input: {
      suggestionId: id,
      product: rig.withProduct({
        getWorkload: () => Promise.resolve({ ...workload, patterns: PATTERNS }),
      }),
      dirs: { cacheDir: join(folder, "cache"), workDir: join(folder, "work") },
      isBusy: () => Promise.resolve(false),
      signal,
    },
  });
  return id;
}

const RISK_ID: AddColumnChange = {
  ...{ kind: "add_column", table: "projects", column: "risk_assessment_id", type: "VARCHAR" },
  ...{ default: "none", is_required: true, references: null },
};

const columnsOf = async () => {
  const { tables } = await rig.product.getSchema();
  return tables.find(({ name }) => name === "projects")?.columns ?? [];
};

test(
  "a requested column is tested, approved, executed on the live product, and rolled back to the very schema",
  async () => {
    const { schema_fingerprint: before } = await rig.product.getSchema();
    const id = await tested(RISK_ID);
    const suggestion = await rig.read(id);
    expect(suggestion).toMatchObject({
      state: "pending",
      requested: { origin: { kind: "person" }, reason: "Risk reports need it." },
      suggestions: [
        {
          type: "add_column",
          title: "Add column `projects.risk_assessment_id` (VARCHAR)",
          verdict: { code: "fits", is_accepted: true },
          estimated_impact: {
            note: expect.stringMatching(/^No gain is expected\. Nothing measured/),
          },
        },
      ],
    });
    await approveSuggestion({ ctx: rig.reviewer, input: { suggestion_id: id, reason: "" } });
    const { operation_id } = await rig.request(id);
    await rig.run(operation_id);
    expect(await rig.stateOf(id)).toBe("executed");
    expect((await columnsOf()).at(-1)).toMatchObject({
      ...{ name: "risk_assessment_id", type: "VARCHAR", nullable: false, default_sql: "'none'" },
    });
    const revert = await rig.requestRevert(id);
    await rig.run(revert.operation_id);
    expect(await rig.stateOf(id)).toBe("reverted");
    expect(await rig.product.getSchema()).toMatchObject({ schema_fingerprint: before });
  },
  TIMEOUT_MS,
);

test(
  "what rows that are there do not take ends as no suggestion, with the count",
  async () => {
    const id = await tested({ ...RISK_ID, default: null });
    expect(await rig.read(id)).toMatchObject({
      state: "no_gain",
      suggestions: [],
      alternatives: [
        {
          verdict: {
            code: "violates_data",
            reason: expect.stringMatching(/5,000 rows of projects would be without a value/),
          },
        },
      ],
    });
  },
  TIMEOUT_MS,
);
