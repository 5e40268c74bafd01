import { afterAll, beforeAll, expect, test } from "vitest";
import { auditEvents } from "@/drizzle/schema";
import { createRoot, systemContext } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { listRetention, setRetention } from ".";

let database: TestDatabase;
const ctx = () => systemContext(createRoot("test", { db: database.db }), "test");
const set = (days: number, expected_days: number) =>
  setRetention({ ctx: ctx(), input: { subject: "jobs", days, expected_days } });

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test("a period is changed once by two who saw the same, with one audit row", async () => {
  const outcomes = await Promise.allSettled([set(3, 1), set(5, 1)]);
  expect(outcomes.filter(({ status }) => status === "rejected")).toMatchObject([
    { reason: { code: "conflict" } },
  ]);
  const [jobsPeriod] = (await listRetention({ ctx: ctx() })).filter(
    ({ subject }) => subject === "jobs",
  );
  expect(jobsPeriod).toMatchObject({ days_default: 1, updated_by: "test" });
  expect([3, 5]).toContain(jobsPeriod?.days);
  expect(await database.db.select().from(auditEvents)).toMatchObject([
    { action: "retention.set", before: { days: 1 }, after: { days: jobsPeriod?.days } },
  ]);
  await set(2, jobsPeriod?.days ?? 0);
  await expect(set(9, 1)).rejects.toMatchObject({ code: "conflict" });
});

test("bad days and other people are refused", async () => {
  await expect(set(0, 2)).rejects.toMatchObject({ code: "invalid_input" });
  const actor = { ...ctx().actor, kind: "user" as const, roles: ["operator" as const] };
  const other = { ...ctx(), actor };
  await expect(listRetention({ ctx: other })).rejects.toMatchObject({ code: "forbidden" });
  const input = { subject: "jobs", days: 4, expected_days: 2 } as const;
  await expect(setRetention({ ctx: other, input })).rejects.toMatchObject({ code: "forbidden" });
});
