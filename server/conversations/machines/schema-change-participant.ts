import type { ConversationState } from "@/server/contracts";
import {
  AFTERMATH_MS,
  act,
  agentIds,
  describeEnd,
  isBegun,
  isExpired,
  isInPlace,
  isWaiting,
  type Move,
  move,
  type Outgoing,
  type PartyView,
  type Step,
  syncComplete,
  type View,
} from "./machine";

const STATES: Partial<Record<ConversationState, (view: View) => Step | null>> = {
  evaluating,
  awaiting_approval: awaitingApproval,
  countered,
  accepted,
  updating,
  synced,
  compensating,
};

/** What happens next on the side of one who was asked for a schema change. */
export function nextOfParticipant(view: View): Step | null {
  return STATES[view.state]?.(view) ?? null;
}

/** The one who asked. */
const initiatorOf = ({ parties }: View): PartyView =>
  parties[0] ?? { agentId: "", state: "cancelled", reasons: [] };

const reply = (view: View, type: Outgoing["type"], content: Outgoing["content"]): Outgoing => ({
  to: agentIds(view.parties),
  type,
  content,
});

/** It is over on the other side before anything was executed; null: it is not. */
function endByInitiator(view: View): Move | null {
  const { state, reasons } = initiatorOf(view);
  const why = reasons.join(" ");
  const said = why === "" ? "." : `: ${why}`;
  switch (state) {
    case "rejected":
      return move("reject", `Not wanted any more${said}`, { withdraws: true });
    case "cancelled":
      return move("cancel", `It was ended there${said}`, { withdraws: true });
    case "failed":
      return view.state === "accepted"
        ? move("fail", `The proposed change failed there${said}`, { withdraws: true })
        : move("cancel", `The proposed change failed there${said}`, { withdraws: true });
    case "compensated":
      return move("cancel", `The proposed change was rolled back there${said}`, {
        withdraws: true,
        messages: [syncComplete(view, "compensated", "Nothing was changed here.")],
      });
    default:
      return null;
  }
}

function reject(view: View, reasons: readonly string[]): Move {
  const evidence = view.answer?.evidence ?? {};
  return move("reject", reasons.join(" "), {
    withdraws: true,
    calls: answered("Rejected"),
    messages: [reply(view, "rejection", { reasons, evidence })],
  });
}

function answered(detail: string): Move["calls"] {
  return [{ to: "agent", label: "Evaluation", detail }];
}

function evaluating(view: View): Step | null {
  const over = endByInitiator(view);
  if (over !== null) return over;
  const { answer, suggestion, refused, hasOwnChanges } = view;
  if (refused !== null) return reject(view, [`It could not be evaluated here: ${refused.reason}`]);
  if (isExpired(view)) return expire(view, "It could not be evaluated in time.");
  if (answer === null) return act("evaluate");
  if (answer.verdict === "reject") return reject(view, answer.reasons);
  if (!hasOwnChanges) return answer.verdict === "accept" ? accept(view) : counter(view);
  if (suggestion === null) return act("request_change");
  if (suggestion.state === "proving") return null;
  if (!isWaiting(suggestion.state)) {
    return reject(view, [...answer.reasons, describeEnd(suggestion)]);
  }
  if (answer.verdict === "counter") return counter(view);
  const { cost } = suggestion;
  // What makes our own workload slower is accepted by nobody but a person.
  const needsPerson = view.approval === "person" || cost !== null;
  if (suggestion.state === "approved" || !needsPerson) return accept(view);
  const [detail, note] =
    cost === null
      ? ["The related change fits", "The related change fits; a person decides on it."]
      : ["The related change has a cost", `A person weighs what the related change costs: ${cost}`];
  return move("askApproval", note, { calls: answered(detail) });
}

function expire(view: View, why: string): Move {
  return move("expire", why, {
    withdraws: true,
    messages: [reply(view, "rejection", { reasons: [why] })],
  });
}

/** Of one message. */
const REASONS_MAX = 50;

/** What our own change makes slower, as one of the reasons of an answer. */
const costOf = ({ suggestion }: View): string[] =>
  suggestion === null || suggestion.cost === null
    ? []
    : [`Measured on a copy, it costs here: ${suggestion.cost}`];

function accept(view: View): Move {
  const { reasons: found = [], evidence = {} } = view.answer ?? {};
  const reasons = [...costOf(view), ...found].slice(0, REASONS_MAX);
  const note = view.hasOwnChanges
    ? "Accepted. The related change follows once the proposed one is executed."
    : "Accepted; there is nothing to change here.";
  return move("accept", note, {
    calls: view.state === "evaluating" ? answered("Nothing speaks against it") : [],
    messages: [reply(view, "acceptance", { reasons, evidence })],
    // Bound by its word until it is told what became of the change.
    extendMs: AFTERMATH_MS + Math.max(0, view.expiresAt.getTime() - view.now.getTime()),
  });
}

function counter(view: View): Move {
  const { reasons: found = [], evidence = {}, counter: subject } = view.answer ?? {};
  const reasons = [...costOf(view), ...found].slice(0, REASONS_MAX);
  return move("counter", "A counter-proposal was made; the other side decides on it.", {
    calls: answered("Another change would do"),
    messages: [reply(view, "counter_proposal", { ...subject, reasons, evidence })],
  });
}

function awaitingApproval(view: View): Step | null {
  const over = endByInitiator(view);
  if (over !== null) return over;
  const { suggestion } = view;
  if (suggestion?.state === "approved") return accept(view);
  if (suggestion === null || !isWaiting(suggestion.state)) {
    return reject(view, [describeEnd(suggestion), ...costOf(view)]);
  }
  const late = ["Nobody decided on it in time.", ...costOf(view)].join(" ");
  return isExpired(view) ? expire(view, late) : null;
}

function countered(view: View): Step | null {
  const over = endByInitiator(view);
  if (over !== null) return over;
  if (!isExpired(view)) return null;
  return move("expire", "The counter-proposal was not taken up in time.", { withdraws: true });
}

/** Our own change cannot be made, and the other one is in place: both are rolled back. */
function failSync(view: View, why: string): Move {
  return move("compensate", `The related change was not made: ${why}`, {
    messages: [syncComplete(view, "failed", why)],
    withdraws: true,
    extendMs: AFTERMATH_MS,
  });
}

function accepted(view: View): Step | null {
  if (isBegun(view.suggestion?.state)) {
    return move("update", "The related change is being executed.", {
      calls: [{ to: "product", label: "Update related schema" }],
    });
  }
  const over = endByInitiator(view);
  if (over !== null) return over;
  return initiatorOf(view).state === "executed" ? follow(view) : waitForExecution(view);
}

/** The proposed change is in place: ours comes next. */
function follow(view: View): Step {
  const { suggestion, refused, hasOwnChanges } = view;
  if (!hasOwnChanges) {
    const said = "There was nothing to change here.";
    return move("sync", said, { messages: [syncComplete(view, "nothing_to_do", said)] });
  }
  if (refused?.action === "execute") return failSync(view, refused.reason);
  return suggestion?.state === "approved"
    ? act("execute")
    : failSync(view, describeEnd(suggestion));
}

function waitForExecution(view: View): Move | null {
  const { suggestion, hasOwnChanges } = view;
  if (hasOwnChanges && (suggestion === null || !isWaiting(suggestion.state))) {
    return reject(view, [describeEnd(suggestion)]);
  }
  return isExpired(view) ? expire(view, "No word came in time that it was executed.") : null;
}

function updating(view: View): Step | null {
  const { suggestion } = view;
  if (isInPlace(suggestion?.state)) {
    const done = "The related change is in place.";
    return initiatorOf(view).state === "compensated"
      ? rollBack(view)
      : move("sync", done, {
          calls: [{ to: "agent", label: "Related schema updated" }],
          messages: [syncComplete(view, "applied", done)],
        });
  }
  if (suggestion?.state === "failed") return failSync(view, describeEnd(suggestion));
  return suggestion?.state === "reverted" ? failSync(view, "It was rolled back.") : null;
}

function rollBack(view: View): Move {
  const why = initiatorOf(view).reasons.join(" ");
  return move("compensate", `Rolling back the related change. ${why}`.trim(), {
    extendMs: AFTERMATH_MS,
  });
}

/** Nothing more happens by itself, unless one of the two changes does not last. */
function synced(view: View): Step | null {
  if (initiatorOf(view).state === "compensated") return rollBack(view);
  return view.suggestion?.state === "reverted" ? failSync(view, "It was rolled back.") : null;
}

function compensating(view: View): Step | null {
  const { suggestion, refused } = view;
  if (isInPlace(suggestion?.state)) {
    if (suggestion?.rollback === "failed" || refused?.action === "revert") {
      const why = `It could not be rolled back: ${refused?.reason ?? suggestion?.reason}`;
      const messages = [syncComplete(view, "compensation_failed", why)];
      return move("failCompensation", `The related change: ${why}`, { messages });
    }
    return suggestion?.rollback === "running" ? null : act("revert");
  }
  if (suggestion?.state === "executing") return null;
  if (initiatorOf(view).state !== "executed") {
    const said = "Rolled back here.";
    return move("compensated", said, { messages: [syncComplete(view, "compensated", said)] });
  }
  if (!isExpired(view)) return null;
  return move(
    "failCompensation",
    "Rolled back here; whether the proposed change was rolled back is not known: no answer came in time.",
  );
}
