import type { ConversationDetail, ConversationStep } from "@/server/contracts";
import type { Domain } from "./members";

/** One side's view of the conversation. */
export interface Side {
  domain: Domain;
  agentId: string;
  detail: ConversationDetail;
}

/** A step of the whole: of each side what it did itself. */
export interface SeenStep extends ConversationStep {
  domain: Domain;
}

/** Of a message the sender's arrow, of a call that of the agent: each step once. */
function ownSteps({ domain, agentId, detail }: Side): SeenStep[] {
  return detail.steps
    .filter(({ from, record_id }) => record_id === null || from.id === agentId)
    .map((step) => ({ ...step, domain }));
}

/** All steps of all sides, in the order in which they happened. */
export const mergeSteps = (sides: readonly Side[]): SeenStep[] =>
  sides.flatMap(ownSteps).sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || a.id - b.id);

/** The arrows of the specification's diagram (section 3), as each side names its own. */
const DIAGRAM = [
  { label: "Schema change need", by: "initiator" },
  { label: "Analyze impact", by: "initiator" },
  { label: "Schema proposal", by: "initiator" },
  { label: "Evaluate proposal", by: "participant" },
  { label: "Evaluation", by: "participant" },
  { label: "Acceptance", by: "participant" },
  { label: "Execute schema change", by: "initiator" },
  { label: "Confirmation", by: "initiator" },
  { label: "Completion notification", by: "initiator" },
  { label: "Update related schema", by: "participant" },
  { label: "Related schema updated", by: "participant" },
  { label: "Sync complete", by: "participant" },
] as const;

/**
 * What of the specification's sequence is missing or out of order between the initiator and one
 * participant; empty: it is that sequence.
 */
export function checkSequence(initiator: Side, participant: Side): string[] {
  const steps = mergeSteps([initiator, participant]);
  const problems: string[] = [];
  let at = 0;
  for (const { label, by } of DIAGRAM) {
    const side = by === "initiator" ? initiator : participant;
    const isIt = (step: SeenStep) =>
      step.label === label && step.domain === side.domain && isFor(step);
    const found = steps.findIndex((step, index) => index >= at && isIt(step));
    if (found !== -1) at = found + 1;
    else if (steps.some(isIt)) problems.push(`“${label}” of ${side.domain} came too early.`);
    else problems.push(`“${label}” of ${side.domain} is missing.`);
  }
  return problems;

  /** A message of the initiator goes to one participant; the others' are theirs. */
  function isFor({ from, to }: SeenStep): boolean {
    if (from.kind !== "agent" || to.kind !== "agent" || from.id === to.id) return true;
    return from.id === participant.agentId || to.id === participant.agentId;
  }
}
