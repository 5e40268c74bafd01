import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { auditEvents } from "@/drizzle/schema";
import { createUser, issueUserToken } from "@/server/identity";
import { endorseKey } from "@/server/identity/endorsements";
import { makeKey } from "@/server/messaging/testing/peer";
import { enrolAgent, expireLeases, removeAgent } from "@/server/registry";
import { createRegistry, type Registry, TestAgent } from "./testing/harness";

let registry: Registry;
let reader: TestAgent;
beforeAll(async () => {
  registry = await createRegistry();
  reader = await new TestAgent(registry, "reader", "reporting").register();
});
afterAll(() => registry.drop());

let made = 0;
const newAgent = (domain?: string) => {
  made += 1;
  return new TestAgent(registry, `agent-${made}`, domain);
};
const statusOf = async (name: string) => {
  const response = await reader.call("GET", `/agents?agent_id=${name}`);
  const { agents } = await response.json();
  return agents[0]?.status ?? "unknown";
};

test("an agent registers once with the token of its enrolment, and is found", async () => {
  const agent = newAgent();
  const token = await registry.enrol(agent.card);
  expect((await agent.tell("POST", token)).status).toBe(201);
  const found = await (await agent.call("GET", `/agents?agent_id=${agent.card.agent_id}`)).json();
  expect(found.agents).toMatchObject([{ ...agent.card, status: "online" }]);
  expect((await agent.tell("POST", token)).status).toBe(401);
  const isAbout = eq(auditEvents.subjectId, agent.card.agent_id);
  const audit = await registry.db.select().from(auditEvents).where(isAbout);
  expect(audit.map(({ action }) => action)).toEqual(["agent.enrol", "agent.register"]);
});

test("of two that use one enrolment at once, one registers", async () => {
  const agent = newAgent();
  const token = await registry.enrol(agent.card);
  const answers = await Promise.all([1, 2, 3].map(() => agent.tell("POST", token)));
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 401, 401]);
});

test("an enrolment is for its agent, product and domain alone, and ends", async () => {
  const agent = newAgent();
  const token = await registry.enrol(agent.card);
  for (const change of [{ agent_id: "x" }, { product_id: "x" }, { domain: "x" }]) {
    const response = await agent.tell("POST", token, { card: { ...agent.card, ...change } });
    expect(response.status).toBe(403);
  }
  const { agent_id, product_id, domain } = agent.card;
  const input = { agent_id, product_id, domain, hours: 1 };
  const { token: short } = await enrolAgent({ ctx: registry.ctx, input });
  registry.clock.ms += 3_600_001;
  expect((await agent.tell("POST", short)).status).toBe(401);
  expect((await agent.tell("POST", token)).status).toBe(201);
});

test("whoever does not have the key cannot register it", async () => {
  const agent = newAgent();
  const token = await registry.enrol(agent.card);
  const thief = { ...makeKey("thief"), jwk: agent.key.jwk };
  expect((await agent.tell("POST", token, { key: thief })).status).toBe(401);
  const none = { ...agent.card, jwks: { keys: [] } };
  expect((await agent.tell("POST", token, { card: none })).status).toBe(400);
});

test("a second agent of the same name needs an enrolment, and then the first is out", async () => {
  const first = await newAgent().register();
  const second = new TestAgent(registry, first.card.agent_id);
  second.key = makeKey("second");
  second.card = { ...first.card, jwks: { keys: [second.key.jwk] } };
  expect((await second.tell("PUT", await second.token())).status).toBe(401);
  expect((await second.call("GET", "/agents")).status).toBe(401);
  await second.register();
  expect((await first.call("GET", "/agents")).status).toBe(401);
});

test("an agent changes its own card only, and neither product nor domain", async () => {
  const agent = await newAgent().register();
  const other = await newAgent().register();
  const moved = { ...agent.card, url: "http://127.0.0.1:10" };
  expect((await agent.tell("PUT", await agent.token(), { card: moved })).status).toBe(200);
  for (const change of [{ product_id: "x" }, { domain: "x" }, { agent_id: "x" }]) {
    const card = { ...agent.card, ...change };
    expect((await agent.tell("PUT", await agent.token(), { card })).status).toBe(403);
  }
  const at = other.card.agent_id;
  expect((await agent.tell("PUT", await agent.token(), { card: other.card, at })).status).toBe(403);
  expect((await agent.call("POST", `/agents/${at}/heartbeat`)).status).toBe(403);
  expect((await agent.call("POST", `/agents/${at}/stop`)).status).toBe(403);
  expect((await agent.call("DELETE", `/agents/${at}`)).status).toBe(403);
});

test("a successor key is taken when a known key signs for it or endorses it, not otherwise", async () => {
  const agent = await newAgent().register();
  const old = agent.key;
  const next = makeKey("next");
  const card = { ...agent.card, jwks: { keys: [next.jwk] } };
  const tell = async (endorsements: string[]) =>
    agent.tell("PUT", await agent.token({}, next), { key: next, card, endorsements });
  expect((await tell([])).status).toBe(401);
  const stranger = makeKey(old.jwk.kid);
  const forged = endorseKey({ kid: old.jwk.kid, privateKey: stranger.privateKey }, next.jwk);
  expect((await tell([forged])).status).toBe(401);
  const honest = endorseKey({ kid: old.jwk.kid, privateKey: old.privateKey }, next.jwk);
  expect((await tell([honest])).status).toBe(200);
  // The old one is not among its keys any more.
  expect((await agent.call("GET", "/agents", await agent.token({}, old))).status).toBe(401);
  agent.key = next;
  const third = makeKey("third");
  const both = { ...card, jwks: { keys: [next.jwk, third.jwk] } };
  expect((await agent.tell("PUT", await agent.token(), { card: both })).status).toBe(200);
  expect((await agent.call("GET", "/agents", await agent.token({}, third))).status).toBe(200);
});

test("a token counts once, for the registry, from its agent, and for two minutes at most", async () => {
  const agent = await newAgent().register();
  const token = await agent.token();
  expect((await agent.call("GET", "/domains", token)).status).toBe(200);
  const now = Math.floor(registry.clock.ms / 1000);
  const refused = [
    token,
    await agent.token({ claims: { aud: "agentic-sidecar" } }),
    await agent.token({ claims: { sub: "reader" } }),
    await agent.token({ claims: { iss: "reader", sub: "reader" } }),
    await agent.token({ claims: { iat: now - 600, exp: now - 540 } }),
    await agent.token({ claims: { iat: now + 600, exp: now + 660 } }),
    await agent.token({ seconds: 3600 }),
    await agent.token({ claims: { jti: undefined } }),
    await agent.token({}, makeKey(agent.key.jwk.kid)),
    await agent.token({}, makeKey("unknown")),
    "nonsense",
  ];
  for (const bearer of refused) {
    expect((await agent.call("GET", "/domains", bearer)).status, bearer).toBe(401);
  }
  const bare = new Request("http://registry.test/registry/agents");
  expect((await registry.fetch(bare)).status).toBe(401);
});

test("a lease ends by the clock: the feed tells it, and the next heartbeat brings the agent back", async () => {
  const agent = await newAgent().register();
  const path = `/agents/${agent.card.agent_id}/heartbeat`;
  const { version } = await reader.changes(0);
  registry.clock.ms += 20_000;
  expect((await agent.call("POST", path)).status).toBe(200);
  registry.clock.ms += 20_000;
  await expireLeases({ ctx: registry.ctx });
  expect(await statusOf(agent.card.agent_id)).toBe("online");
  registry.clock.ms += 31_000;
  expect(await statusOf(agent.card.agent_id)).toBe("offline");
  await expireLeases({ ctx: registry.ctx });
  const told = (await reader.changes(version)).agents;
  expect(told).toContainEqual(expect.objectContaining({ ...agent.card, status: "offline" }));
  expect((await agent.call("POST", path)).status).toBe(200);
  expect(await statusOf(agent.card.agent_id)).toBe("online");
});

test("who stops is offline at once, and its next heartbeat brings it back", async () => {
  const agent = await newAgent().register();
  const path = `/agents/${agent.card.agent_id}`;
  const { version } = await reader.changes(0);
  expect((await agent.call("POST", `${path}/stop`)).status).toBe(200);
  const { agents } = await reader.changes(version);
  expect(agents).toMatchObject([{ ...agent.card, status: "offline" }]);
  expect((await agent.call("POST", `${path}/stop`)).status).toBe(200);
  expect((await reader.changes(version)).agents).toHaveLength(1);
  expect((await agent.call("POST", `${path}/heartbeat`)).status).toBe(200);
  expect(await statusOf(agent.card.agent_id)).toBe("online");
});

test("who leaves may come back by itself; who was removed may not", async () => {
  const agent = await newAgent().register();
  const path = `/agents/${agent.card.agent_id}`;
  expect((await agent.call("DELETE", path)).status).toBe(200);
  expect(await statusOf(agent.card.agent_id)).toBe("gone");
  expect((await agent.call("POST", `${path}/heartbeat`)).status).toBe(200);
  expect(await statusOf(agent.card.agent_id)).toBe("online");
  await removeAgent({ ctx: registry.ctx, input: { agentId: agent.card.agent_id } });
  expect((await agent.call("POST", `${path}/heartbeat`)).status).toBe(401);
  expect((await agent.tell("PUT", await agent.token())).status).toBe(401);
  const found = await (await reader.call("GET", `/agents?agent_id=${agent.card.agent_id}`)).json();
  expect(found.agents).toMatchObject([{ status: "gone", jwks: { keys: [] } }]);
  await agent.register();
  expect(await statusOf(agent.card.agent_id)).toBe("online");
});

test("agents are found by domain, product and capability, and listed by domain", async () => {
  const agent = newAgent("treasury");
  agent.card = { ...agent.card, capabilities: ["quality_alert", "forecast"] };
  await agent.register();
  const { agent_id, product_id } = agent.card;
  for (const query of ["domain=treasury", `product_id=${product_id}`, "capability=forecast"]) {
    const { agents } = await (await reader.call("GET", `/agents?${query}`)).json();
    expect(agents).toMatchObject([{ agent_id }]);
  }
  const none = await (await reader.call("GET", "/agents?domain=treasury&capability=x")).json();
  expect(none.agents).toEqual([]);
  const { domains } = await (await reader.call("GET", "/domains")).json();
  expect(domains).toContainEqual({
    domain: "treasury",
    products: [{ product_id, agents: [expect.objectContaining({ agent_id })] }],
  });
});

test("a waiting reader hears of a change when it comes; versions told are never passed over", async () => {
  const { version } = await reader.changes(0);
  const waiting = reader.changes(version, 20);
  const agent = await newAgent().register();
  expect((await waiting).agents).toMatchObject([{ agent_id: agent.card.agent_id }]);

  const start = (await reader.changes(0)).version;
  const seen = new Set<string>();
  const many = Array.from({ length: 12 }, () => newAgent());
  const registering = Promise.all(many.map((each) => each.register()));
  for (let since = start; seen.size < many.length; ) {
    const changes = await reader.changes(since, 5);
    expect(changes.agents.length).toBeGreaterThan(0);
    for (const { agent_id } of changes.agents) seen.add(agent_id);
    since = changes.version;
  }
  await registering;
  expect([...seen].sort()).toEqual(many.map(({ card }) => card.agent_id).sort());
});

test("a reader that knows of a later version than there is gets everything", async () => {
  const changes = await reader.changes(900_000);
  expect(changes.is_complete).toBe(true);
  expect(changes.version).toBeLessThan(900_000);
});

test("people who may see agents read; only administrators remove", async () => {
  const agent = await newAgent().register();
  const as = async (role: "viewer" | "admin") => {
    const { ctx } = registry;
    const email = `${role}@example.org`;
    const person = { email, name: "A person", password: "a long enough password", roles: [role] };
    const user = await createUser({ ctx, input: person });
    return issueUserToken({ ctx, input: { user_id: user.id, ttl_seconds: 60 } });
  };
  const [viewer, admin] = [await as("viewer"), await as("admin")];
  const path = `/agents/${agent.card.agent_id}`;
  expect((await agent.call("GET", "/agents", viewer)).status).toBe(200);
  expect((await agent.call("DELETE", path, viewer)).status).toBe(403);
  expect((await agent.call("POST", `${path}/heartbeat`, admin)).status).toBe(403);
  expect((await agent.call("DELETE", path, admin)).status).toBe(200);
});

test("everything is kept in the database: another process of the registry knows the same", async () => {
  const agent = await newAgent().register();
  const before = await (await agent.call("GET", "/agents")).json();
  const restarted = await createRegistry(registry.db);
  restarted.clock.ms = registry.clock.ms;
  const again = new TestAgent(restarted, agent.card.agent_id);
  again.key = agent.key;
  expect(await (await again.call("GET", "/agents")).json()).toEqual(before);
});

test("health is open to everybody, and the document names every route", async () => {
  const get = (path: string) => registry.fetch(new Request(`http://registry.test${path}`));
  expect(await (await get("/registry/health")).json()).toEqual({ status: "ok" });
  const { paths } = await (await get("/openapi.json")).json();
  expect(Object.keys(paths).sort()).toEqual([
    "/openapi.json",
    "/registry/agents",
    "/registry/agents/{id}",
    "/registry/agents/{id}/heartbeat",
    "/registry/agents/{id}/stop",
    "/registry/changes",
    "/registry/domains",
    "/registry/health",
  ]);
});
