import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { type ConversationDetail, ConversationState, PartyState } from "@/server/contracts";
import { Parties } from "./parties";
import { SequenceDiagram } from "./sequence-diagram";
import { StepList } from "./step-list";
import { ConversationBadge, PartyBadge } from "./wording";

const RECORD = "00000000-0000-4000-8000-000000000001";
const AT = "2026-01-01T00:00:00.000Z";
const conversation: ConversationDetail = {
  conversation_id: "11111111-1111-4111-8111-111111111111",
  ...{ kind: "schema_change", role: "initiator", state: "countered", round: 1, reason: "" },
  ...{ status_note: "", title: "Add column", subject: {}, own_changes: [], answer: null },
  initiator: { agent_id: "agent-finance", product_id: "spawn", domain: "financing" },
  parties: [
    {
      ...{ agent_id: "agent-risk", product_id: "risk", domain: "risk", state: "countered" },
      reasons: ["`risk.id` is UUID."],
      evidence: { is_measured: true, rows: 1200, touches: [{ kind: "table", name: "risk" }] },
      counter: {
        operation: "add_column",
        details: {
          ...{ table: "projects", column_name: "risk_id", column_type: "UUID" },
          ...{ required: false, description: "", purpose: "" },
        },
      },
      updated_at: AT,
    },
  ],
  ...{ suggestion_id: null, created_at: AT, updated_at: AT, expires_at: AT, ended_at: null },
  steps: [
    {
      ...{ id: 1, at: AT, label: "Analyze impact", detail: "", record_id: null },
      from: { kind: "agent", id: "agent-finance" },
      to: { kind: "agent", id: "agent-finance" },
    },
    {
      ...{ id: 2, at: AT, label: "Schema proposal", detail: "", record_id: RECORD },
      from: { kind: "agent", id: "agent-finance" },
      to: { kind: "agent", id: "agent-risk" },
    },
  ],
};

const textOf = (page: ReactNode) =>
  renderToStaticMarkup(page)
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");

test("the list of steps tells what the diagram draws, and opens each message", () => {
  const nothing = () => {};
  const diagram = renderToStaticMarkup(
    <SequenceDiagram conversation={conversation} openRecordId={null} onOpenMessage={nothing} />,
  );
  const list = renderToStaticMarkup(
    <StepList steps={conversation.steps} onOpenMessage={nothing} />,
  );
  for (const { label } of conversation.steps) {
    expect(diagram).toContain(label);
    expect(list).toContain(label);
  }
  // A picture for the eye alone: nothing in it takes the keyboard's focus.
  expect(diagram).toContain("aria-hidden");
  expect(diagram).not.toMatch(/tabindex|<button|<a /i);
  expect(list.match(/<button/g)).toHaveLength(1);
  expect(list).toContain("Open message: Schema proposal, agent-finance to agent-risk");
});

test("an answer is shown with its reasons, what was measured, and what would be accepted", () => {
  const text = textOf(<Parties conversation={conversation} />);
  for (const part of ["Counter-proposal", "risk.id", "measured on a shadow copy", "1,200"]) {
    expect(text).toContain(part);
  }
  expect(text).toContain("Would accept: add column projects.risk_id (UUID)");
});

test("every state has words", () => {
  for (const state of ConversationState.options) {
    for (const role of ["initiator", "participant"] as const) {
      expect(textOf(<ConversationBadge state={state} role={role} />)).toMatch(/ [A-Z][a-z]+/);
    }
  }
  for (const state of PartyState.options) {
    expect(textOf(<PartyBadge state={state} />)).toMatch(/ [A-Z][a-z]+/);
  }
});
