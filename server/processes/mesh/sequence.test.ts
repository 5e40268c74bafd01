import { expect, test } from "vitest";
import type { ConversationDetail, ConversationStep, Lane } from "@/server/contracts";
import { checkSequence, mergeSteps, type Side } from "./sequence";

const product = (id: string): Lane => ({ kind: "product", id });
const agent = (id: string): Lane => ({ kind: "agent", id });
const FINANCE = "agent-finance";
const RISK = "agent-risk";
const REPORT = "agent-report";

type Row = [second: number, from: Lane, to: Lane, label: string, isMessage?: true];
const stepsOf = (rows: Row[]): ConversationStep[] =>
  rows.map(([second, from, to, label, isMessage], index) => ({
    ...{ id: index + 1, from, to, label, detail: "" },
    at: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(),
    record_id: isMessage ? "00000000-0000-4000-8000-000000000001" : null,
  }));
const sideOf = (domain: Side["domain"], agentId: string, rows: Row[]): Side => ({
  ...{ domain, agentId },
  // Only the steps are looked at.
  detail: { steps: stepsOf(rows) } as ConversationDetail,
});

const byFinance: Row[] = [
  [1, product("spawn"), agent(FINANCE), "Schema change need"],
  [2, agent(FINANCE), agent(FINANCE), "Analyze impact"],
  [3, agent(FINANCE), agent(RISK), "Schema proposal", true],
  [3, agent(FINANCE), agent(REPORT), "Schema proposal", true],
  [7, agent(RISK), agent(FINANCE), "Acceptance", true],
  [8, agent(FINANCE), product("spawn"), "Execute schema change"],
  [9, product("spawn"), agent(FINANCE), "Confirmation"],
  [9, agent(FINANCE), agent(REPORT), "Completion notification", true],
  [9, agent(FINANCE), agent(RISK), "Completion notification", true],
  [13, agent(RISK), agent(FINANCE), "Sync complete", true],
];
const byRisk: Row[] = [
  [4, agent(FINANCE), agent(RISK), "Schema proposal", true],
  [4, agent(RISK), product("risk"), "Evaluate proposal"],
  [5, product("risk"), agent(RISK), "Evaluation"],
  [6, agent(RISK), agent(FINANCE), "Acceptance", true],
  [10, agent(FINANCE), agent(RISK), "Completion notification", true],
  [11, agent(RISK), product("risk"), "Update related schema"],
  [12, product("risk"), agent(RISK), "Related schema updated"],
  [12, agent(RISK), agent(FINANCE), "Sync complete", true],
];
const finance = sideOf("financing", FINANCE, byFinance);
const risk = sideOf("risk", RISK, byRisk);

test("the specification's sequence is recognized, each message counted once", () => {
  expect(checkSequence(finance, risk)).toEqual([]);
  const merged = mergeSteps([finance, risk]);
  expect(merged.filter(({ label }) => label === "Acceptance")).toHaveLength(1);
  expect(merged.map(({ at }) => at)).toEqual(merged.map(({ at }) => at).toSorted());
});

test("a step that is missing is named", () => {
  const silent = sideOf("risk", RISK, byRisk.slice(0, -1));
  expect(checkSequence(finance, silent)).toEqual(["“Sync complete” of risk is missing."]);
});

test("an execution before the acceptance is out of order", () => {
  const hasty = byFinance.map(
    (row): Row => (row[3] === "Execute schema change" ? [5, row[1], row[2], row[3]] : row),
  );
  expect(checkSequence(sideOf("financing", FINANCE, hasty), risk)).toEqual([
    "“Execute schema change” of financing came too early.",
  ]);
});

test("a proposal to somebody else is not this participant's", () => {
  const others = byFinance.filter(
    ([, , to, label]) => label !== "Schema proposal" || to.id !== RISK,
  );
  expect(checkSequence(sideOf("financing", FINANCE, others), risk)).toEqual([
    "“Schema proposal” of financing is missing.",
  ]);
});
