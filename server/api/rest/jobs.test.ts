import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { jobs } from "@/drizzle/schema";
import { createHarness, type Harness } from "./testing/harness";

let harness: Harness;
let headers: Record<string, string>;
beforeAll(async () => {
  harness = await createHarness();
  headers = (await harness.person(["admin"])).headers;
  await harness.db.insert(jobs).values([
    {
      ...{ kind: "verify", subjectId: "op-000001", state: "dead", attempts: 5 },
      ...{ lastError: "internal: broken", finishedAt: sql`now()` },
    },
    { kind: "prove", subjectId: "sugg-000001" },
  ]);
});
afterAll(() => harness.drop());

const list = (query = "") => harness.get(`/agent/jobs${query}`, headers);

test("an administrator reads which jobs were given up, and why", async () => {
  const answer = await list("?state=dead");
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({
    items: [
      expect.objectContaining({
        ...{ kind: "verify", subject_id: "op-000001", state: "dead" },
        ...{ attempts: 5, last_error: "internal: broken" },
      }),
    ],
  });
});

test("all jobs are listed newest first, as many as asked for", async () => {
  const kindsOf = async (query: string) => {
    const { items } = await (await list(query)).json();
    return items.map(({ kind }: { kind: string }) => kind);
  };
  expect(await kindsOf("")).toEqual(["prove", "verify"]);
  expect(await kindsOf("?limit=1")).toEqual(["prove"]);
});

test.each(["?state=lost", "?limit=0", "?limit=1001", "?limit=many"])(
  "the query %s is refused",
  async (query) => expect((await list(query)).status).toBe(400),
);

test("nobody else reads them: other people, machines, API keys, strangers", async () => {
  const others = [
    (await harness.person(["reviewer", "operator"])).headers,
    await harness.machine("data-product", "duckdb-spawn"),
    await harness.machine("agent", "agent-a"),
    (await harness.apiKey(["suggestion.read"])).headers,
  ];
  for (const other of others) {
    const answer = await harness.get("/agent/jobs", other);
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ details: { permission: "job.manage" } });
  }
  expect((await harness.get("/agent/jobs")).status).toBe(401);
});
