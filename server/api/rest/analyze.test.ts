import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { agentDecisions, jobs, suggestions } from "@/drizzle/schema";
import { Suggestion } from "@/server/contracts";
import { failProof } from "@/server/decisions";
import { AppError } from "@/server/platform";
import { createHarness, type Harness } from "./testing/harness";
import { schemaOf, storeObservedProduct } from "./testing/observed-product";
import { SPECIFIED_REQUEST } from "./testing/specified-request";

let harness: Harness;
let headers: Record<string, string>;

beforeAll(async () => {
  harness = await createHarness({ settings: { REQUESTS_CONCURRENT_PER_CALLER_MAX: 64 } });
  headers = await harness.machine("data-product", "duckdb-spawn");
});
afterAll(() => harness.drop());

const analyze = (text: string, query = "") =>
  harness.post(`/agent/analyze${query}`, { headers, text });
const analyzeProduct = (context: Record<string, unknown> = {}, query = "") =>
  analyze(JSON.stringify({ operation_type: "schema_optimization", context }), query);
const read = async (response: Response) => Suggestion.parse(await response.json());

test("the specification's example is accepted byte for byte and answered in its shape", async () => {
  const response = await analyze(SPECIFIED_REQUEST);
  expect(response.status).toBe(200);
  const body = await response.json();
  expect(Object.keys(body).slice(0, 4)).toEqual([
    "suggestion_id",
    "suggestions",
    "confidence",
    "requires_approval",
  ]);
  expect(body).toMatchObject({ requires_approval: true, state: "pending", basis: "estimate" });
  expect(body.confidence).toBeGreaterThan(0);
  expect(body.suggestions.length).toBeGreaterThan(0);
  for (const item of body.suggestions) {
    expect(item).toMatchObject({
      type: expect.any(String),
      target: expect.stringMatching(/status|creation_date/),
      reason: expect.any(String),
      execution_sql: expect.stringContaining("projects"),
      estimated_impact: {
        query_speedup: expect.stringMatching(/%$/),
        storage_overhead: expect.stringMatching(/%$/),
      },
    });
  }
});

test("what was answered is stored, and read again under its location", async () => {
  const response = await analyze(SPECIFIED_REQUEST);
  const { is_existing: isExisting, ...answer } = await response.json();
  // Another test may have asked the same before.
  expect([undefined, true]).toContain(isExisting);
  const location = response.headers.get("location") ?? "";
  const again = await harness.get(location, headers);
  expect(await again.json()).toEqual(answer);
  expect(await read(await analyze(SPECIFIED_REQUEST))).toEqual({ ...answer, is_existing: true });
});

test("unknown fields of an observation are ignored", async () => {
  const request = { ...JSON.parse(SPECIFIED_REQUEST), extra: { anything: 1 } };
  const { suggestion_id: id } = await read(await analyze(JSON.stringify(request)));
  const [row] = await harness.db
    .select({ context: agentDecisions.context })
    .from(agentDecisions)
    .innerJoin(suggestions, eq(suggestions.decisionId, agentDecisions.decisionId))
    .where(eq(suggestions.id, id));
  expect(row?.context).toEqual(JSON.parse(SPECIFIED_REQUEST).context);
});

test("a product nobody observed is 404, one that was never reached 503 with the time to retry", async () => {
  expect((await analyzeProduct()).status).toBe(404);
  await storeObservedProduct(harness.db, null);
  const unreached = await analyzeProduct();
  expect(unreached.status).toBe(503);
  expect(unreached.headers.get("retry-after")).toBe("1");
  expect(await unreached.json()).toMatchObject({ code: "product_unreachable" });
});

test("a proof is queued and answered 202 with the place to look; its table must exist", async () => {
  await storeObservedProduct(harness.db);
  const before = await harness.db.$count(jobs);
  const response = await analyzeProduct({ table_name: "projects", budget_seconds: 30 });
  expect(response.status).toBe(202);
  const { suggestion_id: id, state } = await read(response);
  expect(state).toBe("proving");
  expect(response.headers.get("location")).toBe(`/agent/suggestions/${id}`);
  expect(await harness.db.$count(jobs)).toBe(before + 1);
  const unknown = await analyzeProduct({ table_name: "elsewhere" });
  expect(unknown.status).toBe(404);
  expect(await unknown.json()).toMatchObject({ details: { tables: ["projects"] } });
});

test("a table may be asked for by whatever name DuckDB takes, and as SQL writes it", async () => {
  const names = ["projects", "Größe", "order lines", "raw.trips", 'a"b', "x; DROP TABLE y; --"];
  await storeObservedProduct(harness.db, schemaOf(names));
  const asked = new Map([
    ...names.map((name) => [name, name] as const),
    ["main.Größe", "Größe"],
    ["GRÖßE".normalize("NFD"), "Größe"],
    ['"order lines"', "order lines"],
    ['MAIN."a""b"', 'a"b'],
  ]);
  for (const [table_name, table] of asked) {
    const response = await analyzeProduct({ table_name });
    expect([table_name, response.status]).toEqual([table_name, 202]);
    const { suggestion_id } = await read(response);
    const [row] = await harness.db
      .select({ context: agentDecisions.context })
      .from(agentDecisions)
      .innerJoin(suggestions, eq(suggestions.decisionId, agentDecisions.decisionId))
      .where(eq(suggestions.id, suggestion_id));
    expect(row?.context).toMatchObject({ table_name: table });
    await harness.post(`/agent/suggestions/${suggestion_id}/cancel`, { headers });
  }
  await storeObservedProduct(harness.db);
});

test("a table of another schema is refused with a sentence that names it, an unknown one is 404", async () => {
  const other = await analyzeProduct({ table_name: "raw.trips" });
  expect(other.status).toBe(400);
  expect(await other.json()).toMatchObject({
    ...{ code: "invalid_input", details: { reason: "other_schema", schema: "raw" } },
    detail: expect.stringContaining("of that schema only, not of raw"),
  });
  for (const table_name of ["order lines", "projects; DROP TABLE projects; --"]) {
    expect((await analyzeProduct({ table_name })).status).toBe(404);
  }
});

test("a proof's time is bounded by what a day holds", async () => {
  expect((await analyzeProduct({ budget_seconds: 0 })).status).toBe(400);
  expect((await analyzeProduct({ budget_seconds: 86_401 })).status).toBe(400);
  expect((await analyzeProduct({ budget_seconds: 86_400 })).status).toBe(202);
});

/** A question of its own about the product. */
const question = (query: string) => ({ query_patterns: [{ query, frequency: 1 }] });

test("40 requests that differ in budget_seconds queue one proof, and each is told of it", async () => {
  const before = await harness.db.$count(jobs);
  const answers = await Promise.all(
    Array.from({ length: 40 }, async (_, n) => {
      const asked = { ...question("SELECT 40"), budget_seconds: n + 1 };
      return read(await analyzeProduct(asked));
    }),
  );
  expect(await harness.db.$count(jobs)).toBe(before + 1);
  const [first] = answers;
  expect(new Set(answers.map(({ suggestion_id }) => suggestion_id)).size).toBe(1);
  expect(answers.filter(({ is_existing }) => is_existing === true)).toHaveLength(39);
  const waiting = await read(await analyzeProduct(question("SELECT 40"), "?wait=1"));
  expect(waiting).toMatchObject({ suggestion_id: first?.suggestion_id, is_existing: true });
  const cancelled = await harness.post(`/agent/suggestions/${first?.suggestion_id}/cancel`, {
    headers,
  });
  expect(cancelled.status).toBe(200);
  expect(await harness.db.$count(jobs)).toBe(before);
});

test("one open proof more than a caller may have is 429 with the time to retry", async () => {
  const own = { headers: (await harness.person(["reviewer"])).headers };
  const ask = (n: number) =>
    harness.post("/agent/analyze", {
      ...own,
      json: { operation_type: "schema_optimization", context: question(`SELECT 100 + ${n}`) },
    });
  const opened = await Promise.all([1, 2, 3, 4].map(ask));
  expect(opened.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
  const refused = await ask(5);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await refused.json()).toMatchObject({ code: "rate_limited", details: { limit: 4 } });
  for (const response of opened) {
    const { suggestion_id: id } = await read(response);
    expect((await harness.post(`/agent/suggestions/${id}/cancel`, own)).status).toBe(200);
  }
  const again = await ask(5);
  expect(again.status).toBe(202);
  const { suggestion_id: id } = await read(again);
  await harness.post(`/agent/suggestions/${id}/cancel`, own);
});

test("wait= answers when the proof has ended, not when the time is over", async () => {
  const before = await harness.db.$count(suggestions);
  const started = performance.now();
  const waiting = analyzeProduct(question("SELECT 1"), "?wait=60");
  await vi.waitFor(async () => expect(await harness.db.$count(suggestions)).toBe(before + 1));
  const [{ id }] = await newest();
  await failProof({
    ctx: harness.ctx,
    input: { suggestionId: id, error: new AppError("product_refused", "It would not.") },
  });
  const response = await waiting;
  expect(performance.now() - started).toBeLessThan(20_000);
  expect(response.status).toBe(200);
  expect(await read(response)).toMatchObject({ suggestion_id: id, state: "failed" });
});

test("wait= answers 202 with the suggestion as it is when the time is over", async () => {
  const response = await analyzeProduct({}, "?wait=1");
  expect(response.status).toBe(202);
  expect((await read(response)).state).toBe("proving");
});

async function newest(): Promise<[{ id: string }]> {
  const [row] = await harness.db
    .select({ id: suggestions.id })
    .from(suggestions)
    .orderBy(sql`${suggestions.createdAt} desc`)
    .limit(1);
  if (row === undefined) throw new Error("no suggestion");
  return [row];
}

const withTable = (table_name: string) =>
  JSON.stringify({ operation_type: "schema_optimization", context: { table_name } });

test.each([
  ["an empty table name", withTable("")],
  ["a table name without end", withTable("t".repeat(201))],
  ["NUL in a table name", withTable("projects\0")],
  ["a line break in a table name", withTable("projects\n")],
  ["an escape in a table name", withTable("\u001b[2Jprojects")],
  ["malformed JSON", '{"operation_type": '],
  ["an empty body", ""],
  ["an unknown operation type", '{"operation_type": "drop_everything", "context": {}}'],
  ["NUL in a query", SPECIFIED_REQUEST.replace("SELECT *", "SELECT \\u0000")],
  ["an unpaired surrogate", SPECIFIED_REQUEST.replace("SELECT *", "\\ud800")],
  ["nesting without end", `${"[".repeat(5000)}${"]".repeat(5000)}`],
  ["a negative frequency", SPECIFIED_REQUEST.replace("120", "-120")],
])("%s is 400 and stores nothing", async (_, text) => {
  const counts = () =>
    Promise.all([harness.db.$count(suggestions), harness.db.$count(agentDecisions)]);
  const before = await counts();
  const response = await analyze(text);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code: "invalid_input" });
  expect(await counts()).toEqual(before);
});

test.each(["121", "-1", "1.5", "1e1", "x", ""])("wait=%s is refused", async (wait) => {
  const response = await analyze(SPECIFIED_REQUEST, `?wait=${wait}`);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ errors: [{ location: "query", pointer: "wait" }] });
});

test("every fault is named with its place", async () => {
  const json = { operation_type: "x", context: { query_patterns: [{ query: "", frequency: 1 }] } };
  const { errors } = await (await analyze(JSON.stringify(json))).json();
  expect(errors).toMatchObject([
    { location: "body", pointer: "/operation_type" },
    { location: "body", pointer: "/context/query_patterns/0/query" },
  ]);
});

test("an unexpected error tells the caller its request id and nothing else", async () => {
  harness.services.log.level = "silent";
  await harness.db.execute(sql`ALTER TABLE agent_decisions RENAME TO hidden_decisions`);
  try {
    const response = await analyze(SPECIFIED_REQUEST);
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).not.toMatch(/agent_decisions|insert|relation/i);
    expect(JSON.parse(text).request_id).toBe(response.headers.get("x-request-id"));
  } finally {
    await harness.db.execute(sql`ALTER TABLE hidden_decisions RENAME TO agent_decisions`);
  }
});
