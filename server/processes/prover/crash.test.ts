import { type ChildProcess, spawn as spawnProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";

import { createTokenVerifier, startDemoProduct } from "@/demo";
import { jobs, operations, suggestionItems } from "@/drizzle/schema";

import { compilePlan } from "@/server/advisor";
import { type Change, ConnectorQueryRequest } from "@/server/contracts";
import { createConnectorClient } from "@/server/data-product";
import { analyze, approveSuggestion, getSuggestion } from "@/server/decisions";
import {
  ACTORS,
  candidateOf,
  contextOf,
  storeSuggestion,
} from "@/server/decisions/testing/fixtures";
import { requestExecution } from "@/server/execution";
import { getJwks, issueServiceToken } from "@/server/identity";
import { observeProduct } from "@/server/knowledge";
import { createRoot, env, systemContext } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";

const PRODUCT_ID = "duckdb-spawn";
/** A dead worker's lease, a whole proof, and a machine that others use too. */
const WAIT = { timeout: 120_000, interval: 50 };
let test_: TestDatabase;
let demo: Awaited<ReturnType<typeof startDemoProduct>>;
let dataDir: string;
let prover: ChildProcess | null = null;

beforeAll(async () => {
  test_ = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), "sidecar-crash-"));
  demo = await startDemoProduct({
    port: 0,
    rows: 200_000,
    dataDir,
    queriesPerSecond: 20,
    verifyToken: createTokenVerifier({
      jwksUrl: await writeJwks(),
      productId: PRODUCT_ID,
      agentId: env().AGENT_ID,
    }),
  });
});
afterEach(() => killProver());
afterAll(async () => {
  await demo.close();
  await test_.drop();
  await rm(dataDir, { recursive: true, force: true });
});

const ctx = contextOf;
const system = () => systemContext(createRoot("test", { db: test_.db }), "test");

/** The sidecar's public keys as a file: what the product checks tokens with while no web runs. */
async function writeJwks(): Promise<string> {
  const file = join(dataDir, "jwks.json");
  await writeFile(file, JSON.stringify(await getJwks({ ctx: system() })));
  return pathToFileURL(file).href;
}

const reader = () => ctx(test_.db, ACTORS.viewer);
const read = (id: string) => getSuggestion({ ctx: reader(), input: { suggestion_id: id } });
const product = () =>
  createConnectorClient({
    baseUrl: demo.url,
    productId: PRODUCT_ID,
    getToken: () =>
      issueServiceToken({
        ctx: system(),
        input: { subject: env().AGENT_ID, audience: PRODUCT_ID, ttl_seconds: 60 },
      }),
  });

function startProver(): void {
  prover = spawnProcess(process.execPath, ["--import", "tsx", "server/processes/prover/main.ts"], {
    stdio: "ignore",
    env: {
      ...process.env,
      DATABASE_URL: test_.url,
      DATA_PRODUCT_API: demo.url,
      SIDECAR_DATA_DIR: dataDir,
      OBSERVE_SECONDS: "0",
      PROOF_SECONDS_MAX: "30",
      // The job ends with the advice: how a search goes on is tested where no process is killed.
      PROOF_SEARCH_SECONDS_MAX: "0",
    },
  });
}

async function killProver(): Promise<void> {
  const child = prover;
  prover = null;
  if (child === null || child.exitCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

const observe = () =>
  observeProduct({
    ctx: systemContext(createRoot("test", { db: test_.db }), "test"),
    input: { product: product(), baseUrl: demo.url },
  });

test("kill -9 in a proof: another worker makes the whole proof again, and it is stored once", async () => {
  await observe();
  const { suggestion_id: id } = await analyze({
    ctx: ctx(test_.db, ACTORS.reviewer),
    input: { operation_type: "schema_optimization", context: { table_name: "projects" } },
  });
  startProver();
  await vi.waitFor(async () => {
    expect((await read(id)).progress?.phase).toBe("measure");
  }, WAIT);
  await killProver();
  expect((await read(id)).state).toBe("proving");
  startProver();
  await vi.waitFor(async () => {
    const { state, error } = await read(id);
    expect({ state, error }).toEqual({
      state: expect.stringMatching(/^(pending|no_gain)$/),
      error: null,
    });
  }, WAIT);
  const items = await test_.db
    .select()
    .from(suggestionItems)
    .where(eq(suggestionItems.suggestionId, id));
  const candidates = items.map((item) => item.candidate.candidate_id);
  expect(new Set(candidates).size).toBe(candidates.length);
  expect(candidates.length).toBeGreaterThan(0);
  await vi.waitFor(async () => {
    const [job] = await test_.db.select().from(jobs).where(eq(jobs.subjectId, id));
    expect(job).toMatchObject({ state: "done" });
    expect(job?.stalls).toBeGreaterThan(0);
  }, WAIT);
}, 300_000);

/** Counts how often the product ran a plan: by a row that each run leaves behind. */
const RUNS = "CREATE TABLE IF NOT EXISTS runs (begun_at TIMESTAMP)";
const COUNT_RUN = "INSERT INTO runs VALUES (now()::TIMESTAMP)";
const countRuns = async () => {
  const { rows } = await product().query(
    ConnectorQueryRequest.parse({ sql: "SELECT count(*) AS n FROM runs" }),
  );
  return Number(rows[0]?.[0]);
};

test("kill -9 in an execution: the decision reaches its final state and the product ran it once", async () => {
  await product().execute({ operation_id: "count-runs", statements: [RUNS] });
  const schema = await observe();
  // A rebuild in stored order is slow enough to be interrupted.
  const change: Change = { kind: "cluster_table", table: "projects", keys: ["creation_date"] };
  const { id } = await storeSuggestion(test_.db, {
    state: "pending",
    schemaFingerprint: schema.schema_fingerprint,
    candidates: [candidateOf(change, compilePlan(schema.tables, [change]))],
  });
  const reviewer = ctx(test_.db, ACTORS.reviewer);
  await approveSuggestion({ ctx: reviewer, input: { suggestion_id: id, reason: "" } });
  const { operation_id } = await requestExecution({ ctx: reviewer, input: { suggestion_id: id } });
  const isIt = eq(operations.id, operation_id);
  const [operation] = await test_.db.select().from(operations).where(isIt);
  if (operation === undefined) throw new Error("The operation was not stored.");
  const { plan } = operation;
  const statements = [...plan.statements, COUNT_RUN];
  await test_.db
    .update(operations)
    .set({ plan: { ...plan, statements } })
    .where(isIt);

  startProver();
  await vi.waitFor(async () => {
    expect((await read(id)).operations[0]?.state).toBe("executing");
  }, WAIT);
  await killProver();
  startProver();
  await vi.waitFor(async () => {
    expect(["executed", "verified"]).toContain((await read(id)).state);
  }, WAIT);
  expect(await product().getOperation(operation_id)).toMatchObject({ state: "succeeded" });
  expect(await countRuns()).toBe(1);
  // A second run, had there been one, would have been counted.
  await product().execute({ operation_id: "second-run", statements: [COUNT_RUN] });
  expect(await countRuns()).toBe(2);
}, 300_000);
