import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { suggestions } from "@/drizzle/schema";
import type { Finding, ProofContext, StartConversation, SuggestionState } from "@/server/contracts";
import { storeSuggestion } from "@/server/decisions/testing/fixtures";
import { startConversation } from "./index";
import { type Member, Mesh } from "./testing/mesh";
import { FINANCE, RISK } from "./testing/schema-change";

let mesh: Mesh;
let finance: Member;
let risk: Member;
beforeAll(async () => {
  mesh = await Mesh.create([FINANCE, RISK]);
  [finance, risk] = mesh.members as [Member, Member];
});
afterAll(() => mesh.close());

async function ask(kind: StartConversation["kind"], subject: Record<string, unknown>) {
  const targets = [{ product_id: "risk" }];
  const input = {
    kind,
    subject,
    targets,
    reason: "",
    priority: "normal" as const,
    ttl_seconds: 3600,
  };
  const { conversation_id: id } = await startConversation({ ctx: finance.reviewer, input });
  await mesh.run();
  return id;
}

test("a quality alert is answered with what it touches there", async () => {
  const id = await ask("quality_alert", {
    table: "projects",
    column: "project_id",
    check: "nulls",
  });
  const { state, parties } = await finance.read(id);
  expect(state).toBe("answered");
  expect(parties[0]).toMatchObject({
    state: "answered",
    reasons: expect.arrayContaining([
      "Our own last test run has no finding of projects.project_id.",
      "Here 0% of its values are missing, and about 1,000 are different, in 1,000 rows.",
    ]),
    evidence: {
      touches: expect.arrayContaining([{ kind: "table", name: "projects", rows: 1000 }]),
    },
  });
  expect((await risk.read(id)).state).toBe("answered");
});

/** A test run of risk's product, as long ago as given. */
async function storeRun(
  minutesAgo: number,
  given: { state: SuggestionState; findings?: Finding[]; context?: ProofContext },
) {
  const { state, findings = [], context } = given;
  const stored = { state, productId: "risk", ...(context && { context }) };
  const { id } = await storeSuggestion(risk.db, stored);
  const createdAt = new Date(Date.now() - minutesAgo * 60_000);
  await risk.db.update(suggestions).set({ findings, createdAt }).where(eq(suggestions.id, id));
}

const NULLS: Finding = {
  ...{ finding_id: "missing:projects:project_id", kind: "missing_values" },
  ...{ table: "projects", column: "project_id", severity: "warning", detail: "" },
  title: "projects.project_id is missing in 3 rows",
  evidence: { rows: 1000, rows_total: 1000, values: {} },
  remediation: { text: "", sql: null },
};

test("a quality alert is answered with the findings of the last test run that looked for any", async () => {
  // One change was suggested, so that nothing was measured of several together.
  await storeRun(60, { state: "pending", findings: [NULLS] });
  const requested = {
    changes: [{ kind: "add_index" as const, table: "projects", column: "project_name" }],
    ...{ reason: "", origin: { kind: "person" as const } },
  };
  await storeRun(40, { state: "pending", context: { requested } });
  await storeRun(20, { state: "failed" });
  await storeRun(10, { state: "cancelled" });
  const id = await ask("quality_alert", {
    table: "projects",
    column: "project_id",
    check: "nulls",
  });
  expect((await finance.read(id)).parties[0]?.reasons).toContain(
    "Our own checks found: projects.project_id is missing in 3 rows.",
  );
});

test("a question about resources is answered with the real ones, or rejected where they are not told", async () => {
  const threads = await ask("resource_scale", { resource: "threads", direction: "up", amount: 4 });
  expect((await finance.read(threads)).parties[0]?.reasons).toEqual([
    "The product runs with 1 thread. Asked for: 4, up.",
    "A person decides; nothing was changed.",
  ]);
  const memory = await ask("resource_scale", { resource: "memory", direction: "up" });
  expect(await finance.read(memory)).toMatchObject({ state: "rejected" });
});

test("a query is tested there: answered once the test run has a result", async () => {
  const query = "SELECT * FROM projects WHERE project_name = 'x'";
  const id = await ask("query_optimization", { query, table: "projects", frequency: 10 });
  expect((await finance.read(id)).state).toBe("proposed");
  await risk.report(id, "reportNoGain");
  await mesh.run();
  const { state, parties } = await finance.read(id);
  expect([state, parties[0]?.state]).toEqual(["rejected", "rejected"]);
});

test("what cannot be asked is refused at once, by name", async () => {
  const start = (input: Partial<StartConversation>) =>
    startConversation({
      ctx: finance.reviewer,
      input: {
        ...{ kind: "resource_scale", targets: [{ domain: "risk" }], reason: "", ttl_seconds: 60 },
        ...{ priority: "normal", subject: { resource: "threads", direction: "up" } },
        ...input,
      },
    });
  await expect(start({ targets: [{ domain: "nobody" }] })).rejects.toMatchObject({
    code: "not_found",
    message: expect.stringContaining("domain nobody"),
  });
  await expect(start({ subject: { resource: "luck", direction: "up" } })).rejects.toMatchObject({
    code: "invalid_input",
  });
  const drop = { operation: "drop_column", details: { table: "projects", column_name: "x" } };
  await expect(start({ kind: "schema_change", subject: drop })).rejects.toMatchObject({
    code: "not_executable",
    details: { supported: ["add_column", "change_type"] },
  });
  const unknown = {
    operation: "add_column",
    details: { table: "nowhere", column_name: "x", column_type: "INTEGER" },
  };
  await expect(start({ kind: "schema_change", subject: unknown })).rejects.toMatchObject({
    code: "not_found",
  });
});
