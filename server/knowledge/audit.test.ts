import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { auditEvents } from "@/drizzle/schema";
import { type Actor, type AuditFilter, ExportAudit, ListAudit } from "@/server/contracts";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { exportAudit, listAudit, listAuditActions } from ".";

let database: TestDatabase;
const actor: Actor = { kind: "user", id: "a", label: "ann@example.org", roles: ["reviewer"] };
const ctx = () => ({ db: database.db, actor });

const entry = (label: string, action: string, day: number, after: unknown = null) => ({
  at: new Date(Date.UTC(2026, 10, day, 12)),
  ...{ actorKind: "user" as const, actorId: label, actorLabel: label, action, after },
  ...{ subjectType: action.split(".")[0] ?? "", subjectId: `subject-${day}` },
});

beforeAll(async () => {
  database = await createTestDatabase();
  await database.db
    .insert(auditEvents)
    .values([
      entry("ann@example.org", "suggestion.approve", 1),
      entry("bob_1@example.org", "suggestion.reject", 2, { reason: '=HYPERLINK("x")' }),
      entry("ANN@example.org", "user.create", 3, { email: "c@example.org", roles: ["viewer"] }),
      entry("bobx1@example.org", "suggestion.approve", 4),
    ]);
});
afterAll(() => database.drop());

async function daysOf(filter: AuditFilter): Promise<number[]> {
  const events = await listAudit({ ctx: ctx(), input: ListAudit.parse(filter) });
  return events.map(({ at }) => new Date(at).getUTCDate());
}

test("each filter narrows the log, and several narrow it together", async () => {
  expect(await daysOf({})).toEqual([4, 3, 2, 1]);
  expect(await daysOf({ actor: "ann@" })).toEqual([3, 1]);
  expect(await daysOf({ action: "suggestion.approve" })).toEqual([4, 1]);
  expect(await daysOf({ subject_type: "user" })).toEqual([3]);
  const since = "2026-11-02T12:00:00.000Z";
  const until = "2026-11-04T12:00:00.000Z";
  expect(await daysOf({ since, until })).toEqual([3, 2]);
  expect(await daysOf({ since, until, actor: "bob" })).toEqual([2]);
});

test("signs of a pattern in an actor's name mean themselves", async () => {
  expect(await daysOf({ actor: "bob_1" })).toEqual([2]);
  expect(await daysOf({ actor: "%" })).toEqual([]);
});

test("every action is listed once", async () => {
  expect(await listAuditActions({ ctx: ctx() })).toEqual([
    "suggestion.approve",
    "suggestion.reject",
    "user.create",
  ]);
});

async function textOf(input: Partial<ExportAudit>): Promise<string> {
  let text = "";
  for await (const part of await exportAudit({ ctx: ctx(), input: ExportAudit.parse(input) })) {
    text += part;
  }
  return text;
}

test("a CSV export tells changes in words, and holds no formula", async () => {
  const lines = (await textOf({ format: "csv" })).trimEnd().split("\r\n");
  expect(lines).toHaveLength(5);
  expect(lines[0]).toContain('"actor","action","summary"');
  expect(lines[2]).toContain('"User created"');
  expect(lines[2]).toContain('"Email: c@example.org; Roles: viewer"');
  expect(lines.join("\n")).not.toMatch(/(^|,)"=/m);
});

test("a JSON export is one array with the entries that match, or an empty one", async () => {
  const found = JSON.parse(await textOf({ format: "json", subject_type: "user" }));
  expect(found).toMatchObject([{ action: "user.create", actor_label: "ANN@example.org" }]);
  expect(JSON.parse(await textOf({ format: "json", action: "no.such" }))).toEqual([]);
});

test("whoever may not read the log can neither list nor export it", async () => {
  const viewer = { db: database.db, actor: { ...actor, roles: ["viewer" as const] } };
  const refused = { code: "forbidden" };
  await expect(listAudit({ ctx: viewer, input: { limit: 1 } })).rejects.toMatchObject(refused);
  await expect(listAuditActions({ ctx: viewer })).rejects.toMatchObject(refused);
  await expect(exportAudit({ ctx: viewer, input: { format: "csv" } })).rejects.toMatchObject(
    refused,
  );
});

test("an export of more than one file holds is refused, not cut; many pages are one file", async () => {
  await database.db.execute(sql`
    insert into audit_events (actor_kind, actor_id, actor_label, action, subject_type, subject_id)
    select 'system', 's', 's', 'many.many', 'many', i::text from generate_series(1, 100001) i`);
  const attempt = exportAudit({ ctx: ctx(), input: { format: "csv", action: "many.many" } });
  await expect(attempt).rejects.toMatchObject({ code: "invalid_input" });
  await database.db.execute(sql`delete from audit_events where subject_type = 'many'
    and subject_id::int > 450`);
  const found = JSON.parse(await textOf({ format: "json", action: "many.many" }));
  expect(new Set(found.map((event: { id: number }) => event.id)).size).toBe(450);
});
