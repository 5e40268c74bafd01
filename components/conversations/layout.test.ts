import { expect, test } from "vitest";
import type { ConversationParty, ConversationStep, Lane } from "@/server/contracts";
import { formatElapsed } from "./elapsed";
import { DIAGRAM, type Drawn, placeDiagram } from "./layout";

const product = (id: string): Lane => ({ kind: "product", id });
const agent = (id: string): Lane => ({ kind: "agent", id });
const address = (domain: string) => ({
  agent_id: `agent-${domain}`,
  product_id: `product-${domain}`,
  domain,
});
const party = (domain: string): ConversationParty => ({
  ...address(domain),
  ...{ state: "invited", reasons: [], evidence: null, counter: null },
  updated_at: "2026-01-01T00:00:00.000Z",
});

let seconds = 0;
const step = (from: Lane, to: Lane, label: string, isMessage = false): ConversationStep => {
  seconds += 1;
  return {
    ...{ id: seconds, from, to, label, detail: "" },
    at: new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString(),
    record_id: isMessage ? "00000000-0000-4000-8000-000000000001" : null,
  };
};

const [finance, risk, report] = [address("finance"), address("risk"), address("report")];
const byFinance: Drawn = {
  role: "initiator",
  initiator: finance,
  parties: [party("risk"), party("report")],
  steps: [
    step(product(finance.product_id), agent(finance.agent_id), "Schema change need"),
    step(agent(finance.agent_id), agent(finance.agent_id), "Analyze impact"),
    step(agent(finance.agent_id), agent(risk.agent_id), "Schema proposal", true),
    step(agent(finance.agent_id), agent(report.agent_id), "Schema proposal", true),
    step(agent(report.agent_id), agent(finance.agent_id), "Acceptance", true),
  ],
};

test("the initiator's product and agent stand left of the agents it asks", () => {
  const { lanes, width } = placeDiagram(byFinance);
  expect(lanes.map(({ fullName, domain, isOwn }) => [fullName, domain, isOwn])).toEqual([
    ["product-finance", "finance", true],
    ["agent-finance", "finance", true],
    ["agent-risk", "risk", false],
    ["agent-report", "report", false],
  ]);
  const gaps = lanes.slice(1).map(({ x }, index) => x - (lanes[index]?.x ?? 0));
  expect(new Set(gaps)).toEqual(new Set([DIAGRAM.laneWidth]));
  expect(width).toBeGreaterThan(lanes.at(-1)?.x ?? 0);
});

test("arrows go down in the order of the steps, whatever order they came in", () => {
  const shuffled = { ...byFinance, steps: byFinance.steps.toReversed() };
  const { arrows, height } = placeDiagram(shuffled);
  expect(arrows.map(({ step: { label } }) => label)).toEqual(
    byFinance.steps.map(({ label }) => label),
  );
  const ys = arrows.map(({ y }) => y);
  expect(ys).toEqual(ys.toSorted((a, b) => a - b));
  expect(height).toBeGreaterThan(ys.at(-1) ?? 0);
  expect(arrows.map(({ elapsed }) => elapsed)).toEqual([
    "+0.0 s",
    "+1.0 s",
    "+2.0 s",
    "+3.0 s",
    "+4.0 s",
  ]);
});

test("a message leads to its recipient, and a call of oneself is a loop", () => {
  const { lanes, arrows } = placeDiagram(byFinance);
  const xOf = (id: string) => lanes.find(({ fullName }) => fullName === id)?.x;
  const [, analyze, proposal, , acceptance] = arrows;
  expect(analyze).toMatchObject({ isLoop: true, isMessage: false });
  expect(proposal).toMatchObject({
    isLoop: false,
    isMessage: true,
    fromX: xOf("agent-finance"),
    toX: xOf("agent-risk"),
  });
  expect(acceptance).toMatchObject({ fromX: xOf("agent-report"), toX: xOf("agent-finance") });
});

test("on the side of who was asked, its own agent and product stand on the right", () => {
  const asked: Drawn = {
    role: "participant",
    initiator: finance,
    parties: [party("finance")],
    steps: [
      step(agent(finance.agent_id), agent(risk.agent_id), "Schema proposal", true),
      step(agent(risk.agent_id), product(risk.product_id), "Evaluate proposal"),
      step(product(risk.product_id), agent(risk.agent_id), "Evidence"),
    ],
  };
  const { lanes } = placeDiagram(asked);
  expect(lanes.map(({ fullName, isOwn }) => [fullName, isOwn])).toEqual([
    ["agent-finance", false],
    ["agent-risk", true],
    ["product-risk", true],
  ]);
});

test("names and labels are cut to the room they have, and the whole stays at hand", () => {
  const long = { ...finance, agent_id: `agent-${"x".repeat(100)}` };
  const label = `Counter-proposal ${"y".repeat(200)}`;
  const steps = [step(agent(long.agent_id), agent(risk.agent_id), label, true)];
  const { lanes, arrows } = placeDiagram({ ...byFinance, initiator: long, steps });
  expect(lanes[0]?.fullName).toBe(long.agent_id);
  for (const text of [lanes[0]?.name, arrows[0]?.text]) {
    expect(text).toMatch(/…$/);
    expect((text?.length ?? 0) * DIAGRAM.letter).toBeLessThanOrEqual(DIAGRAM.laneWidth);
  }
  expect(arrows[0]?.step.label).toBe(label);
});

test("a conversation without steps is drawn empty, not refused", () => {
  const { lanes, arrows, width, height } = placeDiagram({ ...byFinance, steps: [] });
  expect([lanes, arrows]).toEqual([[], []]);
  expect(Number.isFinite(width) && Number.isFinite(height)).toBe(true);
});

test("elapsed time is told by its size, and never as negative", () => {
  expect([-500, 0, 9940, 30_000, 180_000, 7_200_000].map(formatElapsed)).toEqual([
    "+0.0 s",
    "+0.0 s",
    "+9.9 s",
    "+30 s",
    "+3 min",
    "+2 h",
  ]);
});
