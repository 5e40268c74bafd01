import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { agentMessages, conversationSteps, conversations } from "@/drizzle/schema";
import { setEnv } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { runCli } from "./run";
// What commands load when they run, before the time of a test runs.
import "@/server/messaging";
import "@/server/conversations";

const US = { agent_id: "agent-duckdb-spawn-1", product_id: "duckdb-spawn", domain: "financing" };
const RISK = { agent_id: "agent-risk-1", product_id: "risk", domain: "risk" };
const CONVERSATION = "11111111-1111-4111-8111-111111111111";
const DEAD = "00000000-0000-4000-8000-000000000001";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  const at = new Date();
  const expiresAt = new Date(at.getTime() + 3_600_000);
  await database.db.insert(conversations).values({
    ...{ id: CONVERSATION, kind: "schema_change", role: "initiator", state: "proposed" },
    subject: {
      operation: "add_column",
      details: { table: "projects", column_name: "risk_id", column_type: "UUID" },
    },
    ...{ initiator: US, startedBy: "test", expiresAt },
  });
  await database.db.insert(conversationSteps).values({
    ...{ conversationId: CONVERSATION, label: "Schema proposal", recordId: DEAD },
    from: { kind: "agent", id: US.agent_id },
    to: { kind: "agent", id: RISK.agent_id },
  });
  const envelope = {
    ...{ message_id: "m-1", timestamp: at.toISOString(), sender: US, recipient: RISK },
    ...{ message_type: "schema_proposal", content: {}, requires_response: true },
    ...{ priority: "normal", ttl_seconds: 3600 },
  };
  await database.db.insert(agentMessages).values({
    ...{ messageId: DEAD, senderId: US.agent_id, recipientId: RISK.agent_id, content: {} },
    ...{ messageType: "schema_proposal", sentTimestamp: at, deliveryStatus: "dead" },
    ...{ direction: "outbound", envelope: JSON.stringify(envelope), signatureState: "own" },
    ...{ digest: "d", priority: "normal", dueAt: at, expiresAt, finishedAt: at, attempts: 7 },
    ...{ deadReason: "no_route", lastError: "Nobody is registered.", conversationId: CONVERSATION },
  });
});
afterAll(() => database.drop());

/** What a command prints. */
async function printed(...args: string[]): Promise<string> {
  setEnv({ DATABASE_URL: database.url });
  const out = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    expect(await runCli(args)).toBe(0);
    return out.mock.calls.map(([text]) => String(text)).join("");
  } finally {
    out.mockRestore();
  }
}

test("agents are listed without being asked to list, and a missing registry is told", async () => {
  expect(await printed("agents")).toContain("No registry is set (MCP_REGISTRY_URL).");
});

test("conversations are listed, and one is shown with its steps", async () => {
  expect(await printed("conversations")).toContain(`${CONVERSATION}  schema_change  proposed`);
  const shown = await printed("conversations", "show", CONVERSATION);
  expect(shown).toMatch(/agent-duckdb-spawn-1 +agent-risk-1 +Schema proposal/);
});

test("messages are listed by state, and one is shown with its envelope", async () => {
  expect(await printed("messages", "--state", "delivered")).not.toContain(DEAD);
  expect(await printed("messages", "--conversation", CONVERSATION)).toContain(DEAD);
  const shown = await printed("messages", "show", DEAD);
  expect(shown).toContain("signature: own");
  expect(shown).toContain('"message_id": "m-1"');
});

test("a dead letter is told with its reason, and leaves the list when it is replayed", async () => {
  const listed = await printed("dead-letters");
  expect(listed).toMatch(/to agent-risk-1 +schema_proposal +dead, no_route +7 /);
  expect(await printed("dead-letters", "replay", DEAD)).toContain(`${DEAD}  queued`);
  expect(await printed("dead-letters")).not.toContain(DEAD);
});
