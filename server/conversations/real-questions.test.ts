import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startDemoProduct } from "@/demo";
import { agentMessages } from "@/drizzle/schema";
import { ConnectorQueryRequest, type ConversationKind } from "@/server/contracts";
import { connectProduct } from "@/server/data-product";
import { runProof } from "@/server/decisions";
import { observeProduct } from "@/server/knowledge";
import { startConversation } from "./index";
import { type Member, Mesh } from "./testing/mesh";

/** Two sidecars, each with a database and a real DuckDB product of its own: questions from start to answer. */
const ROWS = 120_000;
/** Each project has two assessments, of the first half of financing's projects. */
const ASSESSED = ROWS / 2;

let folder: string;
let products: Awaited<ReturnType<typeof startDemoProduct>>[];
let mesh: Mesh;
let finance: Member;
let risk: Member;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sidecar-questions-"));
  products = await Promise.all(
    (["financing", "risk"] as const).map((domain) =>
      startDemoProduct({
        ...{ port: 0, domain, rows: ROWS, dataDir: join(folder, domain), productId: domain },
        ...{ queriesPerSecond: 0, verifyToken: async () => undefined },
      }),
    ),
  );
  mesh = await Mesh.create(
    products.map(({ url: DATA_PRODUCT_API }, index) => ({
      ...{ name: ["financing", "risk"][index] ?? "", domain: ["financing", "risk"][index] ?? "" },
      settings: { DATA_PRODUCT_API, PROOF_SECONDS_MAX: 60, PROOF_SEARCH_SECONDS_MAX: 0 },
    })),
  );
  [finance, risk] = mesh.members as [Member, Member];
  for (const { system: ctx } of mesh.members) {
    const product = connectProduct({ ctx });
    await observeProduct({ ctx, input: { product, baseUrl: product.baseUrl } });
  }
}, 120_000);
afterAll(async () => {
  await mesh.close();
  for (const product of products) await product.close();
  await rm(folder, { recursive: true, force: true });
});

async function ask(kind: ConversationKind, subject: Record<string, unknown>): Promise<string> {
  const { conversation_id: id } = await startConversation({
    ctx: finance.reviewer,
    input: {
      ...{ kind, subject, targets: [{ product_id: "risk" }], reason: "" },
      ...{ priority: "normal", ttl_seconds: 3600 },
    },
  });
  await mesh.run();
  return id;
}

const answerTo = async (id: string) => {
  const { state, parties } = await finance.read(id);
  return { state, reasons: parties[0]?.reasons ?? [], evidence: parties[0]?.evidence };
};

/** What a prover of the receiver does. */
async function proveReally(id: string): Promise<void> {
  const ctx = risk.system;
  await runProof({
    ctx,
    input: {
      suggestionId: await risk.suggestionOf(id),
      product: connectProduct({ ctx }),
      dirs: { cacheDir: join(folder, "cache"), workDir: join(folder, "work") },
      isBusy: () => Promise.resolve(false),
      signal: new AbortController().signal,
    },
  });
}

const JOIN = {
  purpose: "Join projects with their assessments.",
  left: { table: "projects", column: "project_id" },
  right: { table: "risk_assessments", column: "project_id" },
};

test("coordination: types and keys are compared by samples of both products, and no value leaves either", async () => {
  const id = await ask("coordination", JOIN);
  const { state, reasons, evidence } = await answerTo(id);
  expect(state).toBe("answered");
  expect((await risk.read(id)).state).toBe("answered");
  expect(reasons.slice(0, 3)).toEqual([
    "Both keys are UUID.",
    "financing: projects.project_id: 120,000 rows, unique, none missing.",
    "risk: risk_assessments.project_id: 120,000 rows, 60,000 different values, none missing.",
  ]);
  const { left, right } = (evidence as unknown as { join: Record<"left" | "right", JoinSide> })
    .join;
  expect(left).toMatchObject({ rows: ROWS, distinct: ROWS, is_unique: true, is_sample: true });
  expect(right).toMatchObject({ rows: ROWS, distinct: ASSESSED, is_unique: false });
  // Of financing's projects one half is assessed; every assessment is of one of its projects.
  // The ids are random: of a thousand of them, one interval in twenty misses the true half.
  expect(Math.abs(left.found.value - 0.5)).toBeLessThan(0.08);
  expect(left.found.high - left.found.low).toBeLessThan(0.1);
  expect(right.found.value).toBe(1);
  expect(right.found.low).toBeGreaterThan(0.9);
  const said = await risk.db
    .select({ envelope: agentMessages.envelope })
    .from(agentMessages)
    .where(eq(agentMessages.conversationId, id));
  const product = connectProduct({ ctx: finance.system });
  const sql = "SELECT project_id FROM projects ORDER BY sha256(project_id::VARCHAR) LIMIT 1000";
  const { rows } = await product.query(ConnectorQueryRequest.parse({ sql, row_limit: 1000 }));
  const text = said.map(({ envelope }) => envelope).join("\n");
  expect(said).toHaveLength(2);
  expect(rows).toHaveLength(1000);
  expect(rows.filter(([value]) => text.includes(String(value)))).toEqual([]);
});

interface JoinSide {
  found: { value: number; low: number; high: number };
}

test("coordination: keys that have nothing in common are answered as such", async () => {
  const left = { table: "projects", column: "status" };
  const right = { table: "risk_assessments", column: "score" };
  const { state, reasons } = await answerTo(await ask("coordination", { ...JOIN, left, right }));
  expect(state).toBe("answered");
  expect(reasons[0]).toMatch(/projects.status is VARCHAR, .*risk_assessments.score is INTEGER/);
  expect(reasons[3]).toMatch(/: 0%, all values counted\.$/);
});

test("coordination: a column that only one side has ends it with the name", async () => {
  const unknown = { table: "risk_assessments", column: "nowhere" };
  const id = await ask("coordination", { ...JOIN, right: unknown });
  const { status_note } = await finance.read(id);
  expect(status_note).toContain("has no column risk_assessments.nowhere");
  const own = await ask("coordination", { ...JOIN, left: { table: "nowhere", column: "x" } });
  expect(await finance.read(own)).toMatchObject({
    state: "failed",
    status_note: expect.stringContaining("has no column nowhere.x"),
  });
});

test("query optimization: what gains on the receiver's copy is answered with what was measured", async () => {
  const product = connectProduct({ ctx: risk.system });
  const { rows } = await product.query(
    ConnectorQueryRequest.parse({ sql: "SELECT risk_assessment_id FROM risk_assessments LIMIT 1" }),
  );
  const query = `SELECT * FROM risk_assessments WHERE risk_assessment_id = '${rows[0]?.[0]}'`;
  const id = await ask("query_optimization", { query, table: "risk_assessments", frequency: 50 });
  expect((await finance.read(id)).state).toBe("proposed");
  await proveReally(id);
  await mesh.run();
  const { state, reasons, evidence } = await answerTo(id);
  // What speaks against it is in the reasons.
  expect([state, ...reasons]).toEqual([
    "answered",
    expect.stringMatching(/^Measured on a copy: .*gain .*It waits for/),
  ]);
  expect(evidence).toMatchObject({
    ...{ is_measured: true, suggestion_id: await risk.suggestionOf(id) },
    queries: [{ sql: expect.stringContaining("risk_assessment_id") }],
  });
  // With risk's other table.
  expect(evidence?.rows).toBe(ROWS + 7);
  expect(evidence?.workload_gain?.low).toBeGreaterThan(0.1);
  const { queries } = evidence as unknown as { queries: Record<string, number>[] };
  expect(queries[0]?.after_ms).toBeLessThan(queries[0]?.before_ms ?? 0);
  expect((await risk.read(id)).state).toBe("answered");
}, 120_000);

test("quality alert: the receiver tells what reads the data there, its figures and its own findings", async () => {
  const id = await ask("quality_alert", {
    table: "risk_assessments",
    column: "assessor",
    check: "nulls",
    detail: "Our join finds assessments without an assessor.",
  });
  const { state, reasons, evidence } = await answerTo(id);
  expect(state).toBe("answered");
  expect(reasons.join(" ")).toMatch(/Here 2(\.\d)?% of its values are missing.* in 120,000 rows/);
  // The test run before has looked at the same column of the copy.
  expect(reasons.join(" ")).toMatch(/Our own checks found: .*assessor/);
  expect(evidence).toMatchObject({
    rows: ROWS,
    touches: expect.arrayContaining([{ kind: "table", name: "risk_assessments", rows: ROWS }]),
    findings: [expect.objectContaining({ title: expect.stringContaining("assessor") })],
  });
});

test("resource scale: the receiver answers with what its product really has", async () => {
  const { resources, threads } = await connectProduct({ ctx: risk.system }).getSchema();
  const amount = 2 ** 30;
  const memory = await ask("resource_scale", { resource: "memory", direction: "up", amount });
  const { state, reasons, evidence } = await answerTo(memory);
  expect(state).toBe("answered");
  expect(reasons).toEqual([
    expect.stringMatching(/^Memory limit .*; the database holds /),
    expect.stringMatching(/^Asked for: 1.*, up\.$/),
    "A person decides; nothing was changed.",
  ]);
  expect(evidence).toMatchObject({
    resources: { memory_limit_bytes: resources?.memory_limit_bytes, threads },
  });
});
