import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createHarness, type Harness } from "@/server/api/rest/testing/harness";
import { AuditEvent, Suggestion, SuggestionPage } from "@/server/contracts";
import { loadEarlierVerdicts } from "@/server/decisions/earlier-proofs";
import { storeSuggestion } from "@/server/decisions/testing/fixtures";
import { listAudit } from "@/server/knowledge";
import { listModels } from "@/server/models";
import { migrateDatabase } from "@/server/platform/migrations";
import { createOldDatabase, type TestDatabase } from "@/server/platform/testing";
import { listJobs } from "@/server/queue";
import {
  DRAWBACKS,
  liveOldLife,
  OLD_EVIDENCE,
  OLD_RELEASE,
  OLD_STATES,
  OLD_VERDICTS,
  oldId,
} from "./testing/old-life";

let database: TestDatabase;
let harness: Harness;
let before: Record<string, number>;
let headers: Record<string, string>;
beforeAll(async () => {
  database = await createOldDatabase(OLD_RELEASE);
  await liveOldLife(database.db);
  before = await countRows();
  await migrateDatabase(database.url);
  harness = await createHarness({ db: database.db });
  headers = (await harness.person(["admin"])).headers;
});
afterAll(() => database.drop());

const TABLES = [
  ...["agent_decisions", "agent_messages", "api_keys", "audit_events", "data_products"],
  ...["feedback", "jobs", "models", "observed_patterns", "operations", "reviews"],
  ...["suggestion_items", "suggestions", "users"],
];

async function countRows(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of TABLES) {
    const [row] = await database.db.execute<{ n: number }>(
      sql`select count(*)::int as n from ${sql.identifier(table)}`,
    );
    counts[table] = row?.n ?? 0;
  }
  return counts;
}

/** Over REST: the harness holds every answer against the published document. */
const get = async (path: string) => (await harness.get(path, headers)).json();
const read = async (state: string): Promise<Suggestion> =>
  Suggestion.parse(await get(`/agent/suggestions/${oldId(state)}`));

test("no row is lost", async () => {
  expect(Object.values(before).every((count) => count > 0)).toBe(true);
  const after = await countRows();
  // The admin who asks, with a token, and the end of a state that is no more.
  expect(after).toEqual({
    ...before,
    users: (before.users ?? 0) + 1,
    audit_events: (before.audit_events ?? 0) + 3,
  });
});

test.each(OLD_STATES)("a suggestion that was %s is read whole", async (state) => {
  const suggestion = await read(state);
  expect(suggestion.state).toBe(state === "proposed" ? "failed" : state);
  expect(suggestion.alternatives).toHaveLength(OLD_VERDICTS.length);
  expect(suggestion.feedback).toMatchObject([{ score: 1, comment: "Useful." }]);
  for (const item of [...suggestion.suggestions, ...suggestion.alternatives]) {
    expect(item).toMatchObject({ drawbacks: DRAWBACKS, evidence: OLD_EVIDENCE });
  }
  const wasApproved = ["approved", "executing", "executed", "failed", "verified", "reverted"];
  const isReviewed = wasApproved.includes(state) || state === "rejected";
  expect(suggestion.reviews).toHaveLength(isReviewed ? 1 : 0);
  expect(suggestion.operations).toHaveLength(
    isReviewed && !/(approv|reject)ed/.test(state) ? 1 : 0,
  );
  expect(await get(`/agent/suggestions/${oldId(state)}/log`)).toEqual({
    items: [],
    next_after: null,
  });
});

test("all of them are listed", async () => {
  const { items } = SuggestionPage.parse(await get("/agent/suggestions?limit=100"));
  expect(items.map(({ suggestion_id }) => suggestion_id).sort()).toEqual(
    OLD_STATES.map(oldId).sort(),
  );
});

test("a suggestion in the state that is no more has failed, says why, and the audit log knows", async () => {
  expect((await read("proposed")).error).toEqual({
    code: "internal",
    message: "Its proof was never started.",
  });
  const input = { subject_id: oldId("proposed"), limit: 10 };
  const events = await listAudit({ ctx: harness.ctx, input });
  expect(events.map(({ action }) => action)).toEqual(["suggestion.fail", "suggestion.open"]);
  expect(events[0]).toMatchObject({
    ...{ actor_kind: "system", before: { state: "proposed" }, after: { state: "failed" } },
  });
});

test.each(OLD_VERDICTS.map((verdict, index) => ({ ...verdict, index })))(
  "the verdict $code ($reason) is $today.code, $today.basis",
  async ({ index, reason, today }) => {
    const { alternatives } = await read("pending");
    expect(alternatives[index]?.verdict).toEqual({ ...today, is_accepted: false, reason });
  },
);

test("the next proof remembers measured rejections, and neither estimates nor errors", async () => {
  const asked = await storeSuggestion(database.db, {
    state: "proving",
    context: { table_name: "pending" },
  });
  const earlier = await loadEarlierVerdicts(database.db, {
    suggestionId: asked.id,
    schemaFingerprint: "schema-1",
  });
  const measured = OLD_VERDICTS.flatMap(({ today: { basis } }, index) =>
    basis === "measured" ? [`add_index:projects:column_${index}`] : [],
  );
  expect([...earlier.keys()].sort()).toEqual(["add_index:projects:status", ...measured].sort());
  expect(earlier.get("add_index:projects:status")).toBe("suggested");
});

test("the progress of a proof that ran is readable, and its job waits on", async () => {
  const { progress } = await read("proving");
  expect(progress?.verdicts).toMatchObject([
    { verdict: { code: "conflicts_in_set", basis: "measured" } },
  ]);
  const jobs = await listJobs({ ctx: harness.ctx, input: { limit: 10 } });
  expect(jobs.map(({ kind, state }) => [kind, state]).sort()).toEqual([
    ["cleanup", "dead"],
    ["execute", "running"],
    ["prove", "queued"],
    ["verify", "done"],
  ]);
});

test("operations, the audit log and models are read by today's verbs", async () => {
  const operation = await get("/agent/operations/op-verified00");
  expect(operation).toMatchObject({ state: "verified", verification: { state: "confirmed" } });
  const watched = await get("/agent/operations/op-executed00");
  expect(watched).toMatchObject({ state: "executed", verification: { state: "verifying" } });
  const events = await listAudit({ ctx: harness.ctx, input: { limit: 200 } });
  for (const event of events) expect(AuditEvent.safeParse(event).error).toBeUndefined();
  const models = await listModels({ ctx: harness.ctx });
  expect(models).toMatchObject([{ state: "active", evaluation: { baseline: { name: "before" } } }]);
});

test("decisions kept as the specification has them name drawbacks too", async () => {
  const rows = await database.db.execute<{ suggestion: { suggestions: unknown[] } }>(
    sql`select suggestion from agent_decisions where suggestion->'suggestions' <> '[]'`,
  );
  expect(rows.length).toBeGreaterThan(5);
  for (const { suggestion } of rows) {
    expect(suggestion.suggestions).toEqual([expect.objectContaining({ drawbacks: DRAWBACKS })]);
  }
});

test("migrating again changes nothing", async () => {
  const rows = () =>
    database.db.execute(sql`select * from suggestion_items order by id`).then((all) => [...all]);
  const [items, counts] = [await rows(), await countRows()];
  await migrateDatabase(database.url);
  expect(await rows()).toEqual(items);
  expect(await countRows()).toEqual(counts);
});
