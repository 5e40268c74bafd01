import { afterAll, beforeAll, expect, test } from "vitest";
import { notificationDeliveries, notifications } from "@/drizzle/schema";
import { createHarness, type Harness } from "./testing/harness";

let harness: Harness;
let headers: Record<string, string>;
let failed: string;
beforeAll(async () => {
  harness = await createHarness();
  headers = (await harness.person(["admin"])).headers;
  const [told] = await harness.db
    .insert(notifications)
    .values({
      ...{ event: "job_dead", subjectType: "job", subjectId: "7" },
      ...{ actorKey: "system:test", actorLabel: "test" },
    })
    .returning();
  const [row] = await harness.db
    .insert(notificationDeliveries)
    .values({
      ...{ notificationId: told?.id ?? "", channel: "slack", recipient: "C0123456789" },
      ...{ state: "failed", attempts: 5, lastError: "not_executable: is_archived" },
    })
    .returning();
  failed = row?.id ?? "";
});
afterAll(() => harness.drop());

const list = async (query = "") =>
  (await harness.get(`/agent/notifications${query}`, headers)).json();
const post = (path: string, json: unknown) => harness.call("POST", path, { headers, json });

test("an administrator reads what was given up, has it sent again, and cannot do so twice", async () => {
  expect(await list("?state=failed,held")).toEqual({
    items: [expect.objectContaining({ delivery_id: failed, state: "failed", attempts: 5 })],
    next_cursor: null,
  });
  const retried = await post(`/agent/notifications/${failed}/retry`, {});
  expect(retried.status).toBe(200);
  expect(await retried.json()).toMatchObject({ state: "queued", attempts: 0, last_error: null });
  expect((await post(`/agent/notifications/${failed}/retry`, {})).status).toBe(409);
  expect(await list("?state=failed")).toEqual({ items: [], next_cursor: null });
});

test("a webhook's secret is in the answer that made it, and in no other", async () => {
  const hook = { name: "hub", url: "https://example.org/in", events: ["approved"] };
  const made = await post("/agent/webhooks", hook);
  expect(made.status).toBe(201);
  const { webhook, secret } = await made.json();
  expect(secret).toMatch(/^whsec_/);
  const listed = await (await harness.get("/agent/webhooks", headers)).text();
  expect(JSON.parse(listed)).toEqual({ items: [webhook] });
  expect(listed).not.toContain(secret);
  expect((await post("/agent/webhooks", hook)).status).toBe(409);
  expect((await post("/agent/webhooks", { ...hook, events: ["digest"] })).status).toBe(400);
  const gone = await post(`/agent/webhooks/${webhook.webhook_id}/remove`, {});
  expect(await gone.json()).toEqual(webhook);
  expect((await post(`/agent/webhooks/${webhook.webhook_id}/remove`, {})).status).toBe(404);
});
