import { readdirSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dataProducts } from "@/drizzle/schema";
import { DEFAULT_PREFERENCES, type Permission } from "@/server/contracts";
import { API_KEY_PERMISSIONS, trustProduct } from "@/server/identity";
import { sessionCookie } from "@/server/identity/testing/session-cookie";
import { env } from "@/server/platform";
import { ROUTES } from "./rest/app";
import { craftToken, createHarness, type Harness } from "./rest/testing/harness";
import { handleTrpcRequest } from "./trpc/handle-request";
import { appRouter } from "./trpc/router";

/** Who may come in. A row names all that are let in; whoever it does not name is refused. */
type Identity =
  | "viewer"
  | "reviewer"
  | "operator"
  | "admin"
  | "product"
  | "visiting product"
  | "peer agent"
  | `key:${Permission}`;
type Row = readonly Identity[] | "everybody" | "every person";

const PEOPLE = ["viewer", "reviewer", "operator", "admin"] as const;
const PRODUCTS = ["product", "visiting product"] as const;
const ASK = ["reviewer", "operator", "admin"] as const;

const READ: Row = [...PEOPLE, ...PRODUCTS, "peer agent", "key:suggestion.read"];
const EXECUTE: Row = ["operator", "admin", "product", "key:operation.execute"];

const CONVERSATIONS: Row = [...PEOPLE, "product", "key:conversation.read"];
const POLICY: Row = [...PEOPLE, "product", "key:policy.read"];
const CONVERSE: Row = [...ASK, "product", "key:conversation.start"];

const REST: Record<string, Row> = {
  "GET /agent/health": "everybody",
  "GET /.well-known/jwks.json": "everybody",
  "GET /openapi.json": "everybody",
  "GET /agent/capabilities": [...PEOPLE, "product", "peer agent", "key:product.read"],
  "POST /agent/analyze": [...ASK, ...PRODUCTS, "key:suggestion.analyze"],
  "POST /agent/changes": [...ASK, ...PRODUCTS, "key:suggestion.analyze"],
  "GET /agent/suggestions": READ,
  "GET /agent/suggestions/{id}": READ,
  "GET /agent/suggestions/{id}/events": READ,
  "GET /agent/suggestions/{id}/log": READ,
  "GET /agent/suggestions/{id}/approval": READ,
  "POST /agent/suggestions/{id}/approve": ASK,
  "POST /agent/suggestions/{id}/reject": ["reviewer", "admin"],
  "POST /agent/suggestions/{id}/feedback": [...PEOPLE, ...PRODUCTS, "key:suggestion.feedback"],
  "POST /agent/suggestions/{id}/continue": [...ASK, ...PRODUCTS, "key:suggestion.analyze"],
  "POST /agent/suggestions/{id}/edit": [...ASK, ...PRODUCTS, "key:suggestion.analyze"],
  "POST /agent/suggestions/{id}/cancel": [...ASK, ...PRODUCTS, "key:suggestion.analyze"],
  "POST /agent/suggestions/{id}/reopen": [...ASK, ...PRODUCTS, "key:suggestion.analyze"],
  "POST /agent/execute": EXECUTE,
  "POST /agent/suggestions/{id}/revert": ["operator", "admin", "key:operation.revert"],
  "POST /agent/suggestions/{id}/keep": ["operator", "admin", "key:operation.revert"],
  "POST /agent/suggestions/{id}/reapply": EXECUTE,
  "GET /agent/operations/{id}": [...PEOPLE, "product", "key:operation.read"],
  "POST /agent/operations/{id}/withdraw": EXECUTE,
  "GET /agent/policy": POLICY,
  "PUT /agent/policy": ["admin"],
  "GET /agent/policy/versions": POLICY,
  "POST /agent/policy/simulate": POLICY,
  "GET /agent/stop": POLICY,
  "POST /agent/stop": [...ASK, "key:automation.stop"],
  "POST /agent/stop/lift": ["admin"],
  "GET /agent/jobs": ["admin"],
  "GET /agent/audit": [...ASK, "key:audit.read"],
  "GET /agent/audit/export": [...ASK, "key:audit.read"],
  "GET /agent/notifications": ["admin"],
  "POST /agent/notifications/{id}/retry": ["admin"],
  "GET /agent/webhooks": ["admin"],
  "POST /agent/webhooks": ["admin"],
  "POST /agent/webhooks/{id}/remove": ["admin"],
  "POST /agent/conversations": CONVERSE,
  "GET /agent/conversations": CONVERSATIONS,
  "GET /agent/conversations/{id}": CONVERSATIONS,
  "POST /agent/conversations/{id}/revise": CONVERSE,
  "POST /agent/conversations/{id}/cancel": CONVERSE,
  "POST /agent/message": ["admin", "peer agent", "key:message.send"],
  "GET /agent/message/schema/v1": "everybody",
  "GET /agent/agents": [...PEOPLE, "product", "key:conversation.read"],
  "GET /agent/messages": ["admin"],
  "GET /agent/messages/{id}": [...PEOPLE, "product", "key:conversation.read"],
  "POST /agent/messages/{id}/replay": ["admin"],
  "POST /agent/messages/{id}/discard": ["admin"],
  "POST /agent/messages/{id}/release": ["admin"],
  "POST /agent/messages/{id}/refuse": ["admin"],
};

const suggestion_id = "sugg-0123456789ab";
const record_id = "018f4e6a-7b1c-7d2e-8f3a-4b5c6d7e8f90";
const conversation_id = "00000000-0000-4000-8000-000000000000";
const AUDIT = ["reviewer", "operator", "admin"] as const;

/** Each with an input that its schema takes: procedures look at that before anything else. */
const PROCEDURES: Record<string, { row: Row; input?: unknown }> = {
  "suggestions.list": { row: PEOPLE, input: {} },
  "suggestions.counts": { row: PEOPLE, input: { filters: [{}] } },
  "suggestions.get": { row: PEOPLE, input: { suggestion_id } },
  "suggestions.head": { row: PEOPLE, input: { suggestion_id } },
  "suggestions.log": { row: PEOPLE, input: { suggestion_id } },
  "suggestions.approve": { row: ASK, input: { suggestion_id } },
  "suggestions.reopen": { row: ASK, input: { suggestion_id } },
  "suggestions.reject": { row: ["reviewer", "admin"], input: { suggestion_id, reason: "no" } },
  "suggestions.feedback": { row: PEOPLE, input: { suggestion_id, score: 1 } },
  "suggestions.continue": { row: ASK, input: { suggestion_id } },
  "suggestions.cancel": { row: ASK, input: { suggestion_id } },
  "suggestions.analyze": {
    row: ASK,
    input: { operation_type: "schema_optimization", product_id: "no-such-product", context: {} },
  },
  "suggestions.edit": {
    row: ASK,
    input: { suggestion_id, item_id: "item-1", sql: "DROP INDEX i" },
  },
  "suggestions.requestChange": {
    row: ASK,
    input: {
      product_id: "no-such-product",
      changes: [{ kind: "add_index", table: "t", column: "c" }],
    },
  },
  "inbox.colleagues": { row: PEOPLE },
  "inbox.triage": { row: PEOPLE, input: { suggestion_id } },
  "inbox.assign": { row: ["reviewer", "admin"], input: { suggestion_id, assignee_id: null } },
  "inbox.claim": { row: ["reviewer", "admin"], input: { suggestion_id } },
  "inbox.release": { row: ["reviewer", "admin"], input: { suggestion_id } },
  "inbox.mark": { row: PEOPLE, input: { suggestion_id, is_read: true } },
  "inbox.snooze": { row: PEOPLE, input: { suggestion_id, until: null } },
  // Each suggestion by itself: a refusal stands in its own entry of the answer.
  "inbox.bulk": {
    row: PEOPLE,
    input: { suggestion_ids: [suggestion_id], action: { kind: "mark", is_read: true } },
  },
  "inbox.comments": { row: PEOPLE, input: { suggestion_id } },
  "inbox.comment": { row: PEOPLE, input: { suggestion_id, body: "Why?" } },
  "inbox.views": { row: PEOPLE },
  "inbox.saveView": { row: PEOPLE, input: { name: "mine", view: {} } },
  "inbox.deleteView": { row: PEOPLE, input: { view_id: conversation_id } },
  "results.read": { row: PEOPLE, input: {} },
  "results.undoLearned": { row: ["admin"], input: { product_id: "p", kind: "add_index" } },
  "operations.get": { row: PEOPLE, input: { operation_id: "op-0123456789ab" } },
  "operations.execute": { row: ["operator", "admin"], input: { suggestion_id } },
  // Which permission it takes depends on the operation; there is none of this id.
  "operations.withdraw": { row: "every person", input: { operation_id: "op-0123456789ab" } },
  "operations.revert": { row: ["operator", "admin"], input: { suggestion_id } },
  "operations.keep": { row: ["operator", "admin"], input: { suggestion_id, reason: "why" } },
  "operations.reapply": { row: ["operator", "admin"], input: { suggestion_id, reason: "why" } },
  "policy.get": { row: PEOPLE },
  "policy.versions": { row: PEOPLE },
  "policy.set": {
    row: ["admin"],
    input: {
      policy: {
        base: { approvals: [{ role: "reviewer", count: 1 }] },
        ...{ rules: [], auto_approval: { mode: "off" } },
      },
      // Nobody has stored this version: nothing is changed.
      ...{ comment: "test", expected_version: 999 },
    },
  },
  "policy.simulate": { row: PEOPLE, input: {} },
  "policy.approval": { row: PEOPLE, input: { suggestion_id } },
  "policy.stop": { row: PEOPLE },
  "policy.engageStop": { row: ASK, input: { reason: "test" } },
  "policy.liftStop": { row: ["admin"], input: { reason: "test" } },
  "conversations.list": { row: PEOPLE, input: {} },
  "conversations.get": { row: PEOPLE, input: { conversation_id } },
  "conversations.start": {
    row: ASK,
    input: { kind: "resource_scale", subject: {}, targets: [{ domain: "none" }] },
  },
  "conversations.revise": { row: ASK, input: { conversation_id } },
  "conversations.cancel": { row: ASK, input: { conversation_id } },
  "messages.list": { row: ["admin"], input: {} },
  "messages.get": { row: PEOPLE, input: { record_id } },
  "messages.figures": { row: ["admin"] },
  "messages.refusals": { row: ["admin"] },
  "messages.replay": { row: ["admin"], input: { record_id } },
  "messages.discard": { row: ["admin"], input: { record_id } },
  "messages.release": { row: ["admin"], input: { record_id } },
  "messages.refuse": { row: ["admin"], input: { record_id, reason: "no" } },
  "notifications.list": { row: "every person", input: {} },
  "notifications.channels": { row: "every person" },
  "notifications.retry": { row: ["admin"], input: { delivery_id: record_id } },
  "notifications.test": { row: ["admin"] },
  "notifications.preferences": { row: "every person" },
  "notifications.setPreferences": { row: "every person", input: DEFAULT_PREFERENCES },
  "notifications.webhooks": { row: ["admin"] },
  "notifications.createWebhook": {
    row: ["admin"],
    input: { name: "hub", url: "https://example.org/", events: ["approved"] },
  },
  "notifications.removeWebhook": { row: ["admin"], input: { webhook_id: record_id } },
  "agents.directory": { row: PEOPLE },
  "agents.peers": { row: PEOPLE },
  "product.overview": { row: PEOPLE },
  "product.patterns": { row: PEOPLE },
  "model.status": { row: PEOPLE },
  "model.list": { row: PEOPLE },
  "model.promote": { row: ["admin"], input: { model_id: "model-012345" } },
  "model.rollBack": { row: ["admin"] },
  "jobs.list": { row: ["admin"], input: {} },
  "audit.list": { row: AUDIT, input: {} },
  "audit.actions": { row: AUDIT },
  "health.check": { row: "every person" },
  "people.list": { row: ["admin"] },
  "people.invitations": { row: ["admin"] },
  "people.invite": { row: ["admin"], input: { email: "no address", roles: ["viewer"] } },
  "people.withdraw": { row: ["admin"], input: { link_id: conversation_id } },
  "people.setRoles": {
    row: ["admin"],
    input: { user_id: conversation_id, roles: ["viewer"], expected_roles: [] },
  },
  "people.deactivate": { row: ["admin"], input: { user_id: conversation_id } },
  "people.activate": { row: ["admin"], input: { user_id: conversation_id } },
  "people.resetPassword": { row: ["admin"], input: { user_id: conversation_id } },
  "people.revokeSessions": { row: ["admin"], input: { user_id: conversation_id } },
  "links.describe": { row: "everybody", input: { token: "none" } },
  "links.use": { row: "everybody", input: { token: "none", password: "long enough" } },
  "keys.list": { row: ["admin"] },
  "keys.scopes": { row: ["admin"] },
  "keys.create": { row: ["admin"], input: { name: "", scopes: [] } },
  "keys.revoke": { row: ["admin"], input: { api_key_id: conversation_id } },
  "keys.tokens": { row: ["admin"] },
  "keys.revokeToken": { row: ["admin"], input: { token_id: conversation_id } },
  "products.list": { row: ["admin"] },
  "products.keyExchange": { row: ["admin"] },
  "products.check": { row: ["admin"], input: { product_id: "p", base_url: "no address" } },
  "products.connect": {
    row: ["admin"],
    input: { product_id: "p", base_url: "no address", replaces: null },
  },
  "products.disconnect": { row: ["admin"], input: { product_id: "p" } },
  "products.pause": { row: ["admin"], input: { product_id: "" } },
  "products.resume": { row: ["admin"], input: { product_id: "p" } },
  "products.trust": { row: ["admin"], input: { product_id: "p", jwks_url: "no address" } },
  "products.untrust": { row: ["admin"], input: { product_id: "p" } },
  "retention.list": { row: ["admin"] },
  "retention.set": { row: ["admin"], input: { subject: "jobs", days: 0, expected_days: 1 } },
  "session.me": { row: "every person" },
  "events.stream": { row: PEOPLE },
};

const SITE = "http://sidecar.test";
let harness: Harness;
/** Headers of every identity that can call, by name; `nobody`: none at all. */
let bearers: Map<string, Record<string, string>>;
let cookies: Map<string, Record<string, string>>;

beforeAll(async () => {
  // So many requests within a minute are what limits of a caller are for; they are tested elsewhere.
  harness = await createHarness({ settings: { REQUESTS_PER_MINUTE_MAX: 1_000_000 } });
  const { ctx, db } = harness;
  bearers = new Map([["nobody", {}]]);
  cookies = new Map();
  for (const role of [...PEOPLE, null]) {
    const { user, headers } = await harness.person(role === null ? [] : [role]);
    const name = role ?? "person without a role";
    bearers.set(name, headers);
    const cookie = await sessionCookie({ ctx, input: { user_id: user.id } });
    cookies.set(name, { cookie, origin: SITE });
  }
  const { secret } = await trustProduct({ ctx, input: { product_id: "visitor" } });
  bearers.set("product", await harness.machine("data-product", env().DATA_PRODUCT_ID));
  bearers.set(
    "visiting product",
    await craftToken({ iss: "visitor", sub: "visitor" }, secret ?? ""),
  );
  bearers.set("peer agent", await harness.machine("agent", "agent-peer"));
  for (const scope of API_KEY_PERMISSIONS) {
    bearers.set(`key:${scope}`, (await harness.apiKey([scope])).headers);
  }
  expect(await db.$count(dataProducts)).toBe(0);
});
afterAll(() => harness.drop());

type Outcome = "in" | "401" | "403" | string;

/** A stream is let in by its first event, not by its status. */
async function outcomeOf(response: Response): Promise<Outcome> {
  const type = response.headers.get("content-type") ?? "";
  let { status } = response;
  if (status === 200 && type.startsWith("text/event-stream")) {
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!/ready|forbidden|unauthenticated/.test(text)) {
      const next = await reader?.read();
      if (next === undefined || next.done) return `ended after ${text}`;
      text += next.value;
    }
    await reader?.cancel();
    if (/forbidden/.test(text)) status = 403;
    if (/unauthenticated/.test(text)) status = 401;
  } else await response.body?.cancel();
  if (status === 401 || status === 403) return String(status);
  return status < 500 ? "in" : `failed with ${status}`;
}

function expected(name: string, row: Row): Outcome {
  if (row === "everybody") return "in";
  if (name === "nobody") return "401";
  if (row === "every person") return cookies.has(name) ? "in" : "403";
  return (row as readonly string[]).includes(name) ? "in" : "403";
}

async function compare(
  row: Row,
  callers: Map<string, Record<string, string>>,
  call: (headers: Record<string, string>) => Promise<Response>,
) {
  const seen: Record<string, Outcome> = {};
  const wanted: Record<string, Outcome> = {};
  for (const [name, headers] of callers) {
    seen[name] = await outcomeOf(await call(headers));
    wanted[name] = expected(name, row);
  }
  expect(seen).toEqual(wanted);
}

const exampleId = (path: string) => {
  if (path.includes("operations")) return "op-0123456789ab";
  const isUuid = /conversations|messages|notifications|webhooks/.test(path);
  return isUuid ? conversation_id : suggestion_id;
};

const declared = ROUTES.map(({ declaration: { method, path } }) => ({
  name: `${method.toUpperCase()} ${path}`,
  method: method.toUpperCase(),
  path: path.replace("{id}", exampleId(path)),
}));

test("every route has a row, and every row a route", () => {
  expect(declared.map(({ name }) => name).sort()).toEqual(Object.keys(REST).sort());
});

test.each(declared)("$name: lets in whom its row names: tokens and keys", async (route) => {
  const row = REST[route.name] ?? [];
  const sent = ["POST", "PUT"].includes(route.method) ? { json: {} } : {};
  await compare(row, bearers, (headers) =>
    harness.call(route.method, route.path, { ...sent, headers }),
  );
});

test.each(declared)("$name: lets in whom its row names: sessions", async (route) => {
  const row = REST[route.name] ?? [];
  const sent = ["POST", "PUT"].includes(route.method) ? { json: {} } : {};
  await compare(row, cookies, (headers) =>
    harness.call(route.method, route.path, { ...sent, headers }),
  );
});

/** By tRPC's own list, whose type names nested routers only. */
const listed = appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>;
const procedures = Object.entries(listed).map(([name, { _def }]) => ({ name, type: _def.type }));

test("every procedure has a row, and every row a procedure", () => {
  expect(procedures.map(({ name }) => name).sort()).toEqual(Object.keys(PROCEDURES).sort());
});

function ask(name: string, type: string, headers: Record<string, string>): Promise<Response> {
  const input = PROCEDURES[name]?.input;
  const text = JSON.stringify(input === undefined ? {} : { json: input });
  const address = `${SITE}/api/trpc/${name}`;
  const request =
    type === "mutation"
      ? new Request(address, {
          method: "POST",
          headers: { "content-type": "application/json", ...headers },
          body: text,
        })
      : new Request(`${address}?input=${encodeURIComponent(text)}`, { headers });
  return handleTrpcRequest(request, harness.services);
}

test.each(procedures)("$name: lets in whom its row names", async ({ name, type }) => {
  await compare(PROCEDURES[name]?.row ?? [], cookies, (headers) => ask(name, type, headers));
});

test.each(procedures)(
  "$name: knows sessions only, unless it is open to everybody: no token, no key",
  async ({ name, type }) => {
    for (const [identity, headers] of bearers) {
      const own = { ...headers, origin: SITE };
      const isOpen = PROCEDURES[name]?.row === "everybody";
      const outcome = await outcomeOf(await ask(name, type, own));
      expect([identity, outcome]).toEqual([identity, isOpen ? "in" : "401"]);
    }
  },
);

test("a product that a prover here observes has a product's rights again", async () => {
  const visitor = bearers.get("visiting product") ?? {};
  const read = () => harness.get("/agent/capabilities", visitor);
  expect((await read()).status).toBe(403);
  const row = { productId: "visitor", domain: "test", baseUrl: "http://127.0.0.1:1" };
  await harness.db.insert(dataProducts).values(row);
  expect((await read()).status).toBe(200);
});

test("nothing else answers requests: every route file mounts one of the four handlers", () => {
  const files = readdirSync("app", { recursive: true, encoding: "utf8" });
  expect(files.filter((file) => file.endsWith("route.ts")).sort()).toEqual([
    ".well-known/jwks.json/route.ts",
    "agent/[[...path]]/route.ts",
    "api/[[...path]]/route.ts",
    "api/auth/[...nextauth]/route.ts",
    "api/slack/interactions/route.ts",
    "api/trpc/[trpc]/route.ts",
    "openapi.json/route.ts",
  ]);
});
