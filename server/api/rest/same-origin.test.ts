import { afterAll, beforeAll, expect, test } from "vitest";
import { indexOn, storeSuggestion } from "@/server/decisions/testing/fixtures";
import { sessionCookie } from "@/server/identity/testing/session-cookie";
import { ROUTES } from "./app";
import { createHarness, type Harness } from "./testing/harness";

const SITE = "http://sidecar.test";
let harness: Harness;
let cookie: string;
beforeAll(async () => {
  harness = await createHarness();
  const { user } = await harness.person(["admin"]);
  cookie = await sessionCookie({ ctx: harness.ctx, input: { user_id: user.id } });
});
afterAll(() => harness.drop());

const writes = ROUTES.map(({ declaration }) => declaration).filter(
  ({ method }) => method !== "get",
);
const FOREIGN = {
  "another port": { origin: "http://sidecar.test:9001" },
  "another site": { origin: "https://evil.example" },
  "a sandbox": { origin: "null" },
  "the same site": { "sec-fetch-site": "same-site" },
  "nowhere it says": {},
};
const cases = writes.flatMap(({ method, path }) =>
  Object.entries(FOREIGN).map(
    ([from, headers]) => [method.toUpperCase(), path, from, headers] as const,
  ),
);

test.each(cases)("a session does not %s to %s from %s", async (method, path, _, headers) => {
  const response = await harness.call(method, path.replace("{id}", "sugg-0123456789ab"), {
    headers: { cookie, ...headers },
    json: {},
  });
  expect(response.status).toBe(403);
  expect(await response.json()).toMatchObject({ details: { reason: "foreign_origin" } });
});

async function approve(headers: Record<string, string>, text?: string) {
  const candidates = [indexOn("status")];
  const { id } = await storeSuggestion(harness.db, { state: "pending", candidates });
  const response = await harness.post(`/agent/suggestions/${id}/approve`, {
    headers: { cookie, origin: SITE, ...headers },
    ...(text === undefined ? {} : { text }),
  });
  return response.status;
}

test("a session's write is JSON, though the body may be left out", async () => {
  expect(await approve({})).toBe(415);
  expect(await approve({ "content-type": "text/plain" }, '{"reason":"x"}')).toBe(415);
  expect(await approve({ "content-type": "multipart/form-data; boundary=x" })).toBe(415);
  expect(await approve({ "content-type": "application/json" })).toBe(200);
  expect(await approve({}, '{"reason":"because"}')).toBe(200);
});

test("a token and an API key need no origin, whatever one comes with them", async () => {
  const { headers } = await harness.person(["reviewer"]);
  const { headers: key } = await harness.apiKey(["suggestion.feedback"]);
  const { id } = await storeSuggestion(harness.db, { state: "pending" });
  for (const credential of [headers, key]) {
    const sent = {
      headers: { ...credential, origin: "https://other.example" },
      json: { score: 1 },
    };
    expect((await harness.post(`/agent/suggestions/${id}/feedback`, sent)).status).toBe(200);
  }
});

test("a session reads without an origin", async () => {
  expect((await harness.get("/agent/suggestions", { cookie })).status).toBe(200);
});
