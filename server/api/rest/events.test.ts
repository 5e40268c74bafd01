import { eq } from "drizzle-orm";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { apiKeys, sessions } from "@/drizzle/schema";
import { approveSuggestion, getSuggestion, rejectSuggestion } from "@/server/decisions";
import { ACTORS, contextOf, indexOn, storeSuggestion } from "@/server/decisions/testing/fixtures";
import { deactivateUser, endSession, revokeApiKey, revokeToken } from "@/server/identity";
import { sessionCookie } from "@/server/identity/testing/session-cookie";
import { type Database, publish } from "@/server/platform";
import { createHarness, type Harness } from "./testing/harness";

let harness: Harness;
let db: Database;
let headers: Record<string, string>;

beforeAll(async () => {
  harness = await createHarness({ settings: { REQUESTS_CONCURRENT_MAX: 2 } });
  db = harness.db;
  headers = await harness.machine("data-product", "duckdb-spawn");
});
afterAll(() => harness.drop());

const open = (id: string) => harness.get(`/agent/suggestions/${id}/events`, headers);

/** Collects the stream's text; `until` waits for a text in it. */
function follow(response: Response) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const done = (async () => {
    for (;;) {
      const next = await reader?.read();
      if (next === undefined || next.done) break;
      text += next.value;
    }
  })();
  return {
    done,
    text: () => text,
    until: (part: string) => vi.waitFor(() => expect(text).toContain(part), { timeout: 5000 }),
    cancel: () => reader?.cancel(),
  };
}

const pending = async () =>
  (await storeSuggestion(db, { state: "pending", candidates: [indexOn("status")] })).id;
const decide = {
  ctx: () => contextOf(db, ACTORS.reviewer),
  approve: (suggestion_id: string) =>
    approveSuggestion({ ctx: decide.ctx(), input: { suggestion_id, reason: "" } }),
  reject: (suggestion_id: string) =>
    rejectSuggestion({ ctx: decide.ctx(), input: { suggestion_id, reason: "no" } }),
};

test("the state comes at once, and a final state ends the stream", async () => {
  const id = await pending();
  const response = await open(id);
  expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
  expect(response.headers.get("x-request-id")).toMatch(/^req-/);
  const stream = follow(response);
  await stream.until('"state":"pending"');
  await stream.until(": still here");
  await decide.reject(id);
  await stream.done;
  expect(stream.text().match(/event: suggestion/g)).toHaveLength(2);
  expect(stream.text()).toMatch(/event: end\ndata: \{"reason":"final_state"\}\n\n$/);
});

test("each event's data is the suggestion as it is read", async () => {
  const id = await pending();
  const stream = follow(await open(id));
  await stream.until("\n\n");
  const data = /data: (\{.*\})/.exec(stream.text())?.[1] ?? "";
  const input = { suggestion_id: id };
  expect(JSON.parse(data)).toEqual(
    JSON.parse(JSON.stringify(await getSuggestion({ ctx: decide.ctx(), input }))),
  );
  await decide.reject(id);
  await stream.done;
});

test("every change is sent once, however many events tell of it", async () => {
  const id = await pending();
  harness.services.heartbeatSeconds = 60;
  const stream = follow(await open(id));
  await stream.until('"state":"pending"');
  await decide.approve(id);
  await stream.until('"state":"approved"');
  await publish(db, { topic: "suggestion", id });
  await publish(db, { topic: "operation", id: "op-0123456789ab", suggestion_id: id });
  await db.execute(`UPDATE suggestions SET state = 'verified' WHERE id = '${id}'`);
  await publish(db, { topic: "suggestion", id: "sugg-another00000" });
  await publish(db, { topic: "suggestion", id });
  await stream.done;
  expect(stream.text().match(/event: suggestion/g)).toHaveLength(3);
  harness.services.heartbeatSeconds = 0.05;
});

test("a lost bus event costs time, not the change", async () => {
  const id = await pending();
  const stream = follow(await open(id));
  await stream.until('"state":"pending"');
  await db.execute(`UPDATE suggestions SET state = 'expired' WHERE id = '${id}'`);
  await stream.done;
  expect(stream.text()).toContain('"state":"expired"');
});

test("a reader that leaves frees its place", async () => {
  const id = await pending();
  const first = follow(await open(id));
  const second = follow(await open(id));
  expect((await open(id)).status).toBe(503);
  await first.cancel();
  await vi.waitFor(async () => {
    const again = await open(id);
    expect(again.status).toBe(200);
    await again.body?.cancel();
  });
  await second.cancel();
});

test("the time limit ends a stream and says so", async () => {
  const id = await pending();
  harness.services.streamSecondsMax = 0.1;
  const stream = follow(await open(id));
  await stream.done;
  expect(stream.text()).toContain('data: {"reason":"time_limit"}');
  harness.services.streamSecondsMax = 20;
});

test("an unknown suggestion is a problem, not a stream", async () => {
  expect((await open("sugg-0000000000zz")).status).toBe(404);
});

const jtiOf = ({ authorization = "" }: Record<string, string>) =>
  decodeJwt(authorization.replace("Bearer ", "")).jti ?? "";

async function signOutEverywhere(user_id: string) {
  const rows = await db.select().from(sessions).where(eq(sessions.userId, user_id));
  for (const { id: session_id } of rows) {
    await endSession({ ctx: harness.ctx, input: { session_id, user_id } });
  }
}

test("a stream ends when its key is revoked, its person shut out or signed out, or loses the role", async () => {
  const { ctx } = harness;
  const key = await harness.apiKey(["suggestion.read"]);
  const gone = await harness.person(["viewer"]);
  const left = await harness.person(["viewer"]);
  const agent = await harness.machine("agent", "agent-reader");
  const demoted = await harness.apiKey(["suggestion.read"]);
  const cookie = await sessionCookie({ ctx, input: { user_id: left.user.id } });
  const ends: [Record<string, string>, () => Promise<unknown>, string][] = [
    [
      key.headers,
      () => revokeApiKey({ ctx, input: { api_key_id: key.apiKey.id } }),
      "unauthenticated",
    ],
    [
      gone.headers,
      () => deactivateUser({ ctx, input: { user_id: gone.user.id } }),
      "unauthenticated",
    ],
    [{ cookie }, () => signOutEverywhere(left.user.id), "unauthenticated"],
    [agent, () => revokeToken({ ctx, input: { token_id: jtiOf(agent) } }), "unauthenticated"],
    [
      demoted.headers,
      async () => {
        await db
          .update(apiKeys)
          .set({ scopes: ["product.read"] })
          .where(eq(apiKeys.id, demoted.apiKey.id));
        await publish(db, { topic: "identity", id: demoted.apiKey.id });
      },
      "forbidden",
    ],
  ];
  for (const [credential, end, reason] of ends) {
    const response = await harness.get(`/agent/suggestions/${await pending()}/events`, credential);
    const stream = follow(response);
    await stream.until("event: suggestion");
    await end();
    await stream.done;
    expect(stream.text()).toContain(`event: end\ndata: {"reason":"${reason}"}`);
  }
});

test("a credential that ends without a word ends its stream at the next sign of life", async () => {
  const { headers: own } = await harness.apiKey(["suggestion.read"], new Date(Date.now() + 1000));
  const stream = follow(await harness.get(`/agent/suggestions/${await pending()}/events`, own));
  await stream.until("event: suggestion");
  await stream.done;
  expect(stream.text()).toContain('{"reason":"unauthenticated"}');
});
