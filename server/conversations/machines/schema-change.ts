import type { CompletionOutcome, ConversationState } from "@/server/contracts";
import {
  AFTERMATH_MS,
  act,
  agentIds,
  completion,
  describeEnd,
  inState,
  isExpired,
  isInPlace,
  isWaiting,
  type Move,
  move,
  named,
  reasonsOf,
  type Step,
  type View,
} from "./machine";
import { nextOfParticipant } from "./schema-change-participant";

/**
 * What happens next in a schema change, on the side that is asked; null: it waits, or has ended. Decided
 * from what is known alone, so that it may be asked at any time and however often.
 */
export function nextOfSchemaChange(view: View): Step | null {
  return view.role === "initiator" ? nextOfInitiator(view) : nextOfParticipant(view);
}

const STATES: Partial<Record<ConversationState, (view: View) => Step | null>> = {
  assessing,
  proposed,
  countered,
  accepted,
  executing,
  completed,
  synced,
  compensating,
};

function nextOfInitiator(view: View): Step | null {
  return STATES[view.state]?.(view) ?? null;
}

/** Ends it before anything was executed: everybody who was asked is told, our own change is withdrawn. */
function end(
  view: View,
  transition: Move["transition"],
  { outcome, note }: { outcome: CompletionOutcome; note: string },
): Move {
  const told = view.parties.filter(({ state }) => state !== "rejected");
  // Nobody was asked yet.
  const isSilent = view.state === "assessing" && view.round === 1;
  return move(transition, note, {
    withdraws: true,
    messages: isSilent || told.length === 0 ? [] : [completion(agentIds(told), outcome, note)],
  });
}

const expire = (view: View): Move =>
  end(view, "expire", { outcome: "cancelled", note: "Its time ended before all had agreed." });

function assessing(view: View): Step | null {
  const { suggestion, refused } = view;
  if (refused !== null) {
    const note = `Our own change cannot be tested: ${refused.reason}`;
    return end(view, "fail", { outcome: "cancelled", note });
  }
  // In a later round, somebody may have ended it meanwhile.
  const over = endByParties(view);
  if (over !== null) return over;
  if (isExpired(view)) return expire(view);
  if (suggestion === null) return act("request_change");
  if (suggestion.state === "proving") return null;
  if (suggestion.state === "pending" || suggestion.state === "approved") return propose(view);
  return endByOwnChange(view);
}

function propose(view: View): Move {
  const everybody = agentIds(view.parties);
  return move("propose", `Waiting for the answer of ${named(view.parties)}.`, {
    calls: [{ to: "agent", label: "Analyze impact", isOwn: true }],
    messages: [{ to: everybody, type: "schema_proposal", content: view.subject }],
  });
}

/** Our own change was decided against, or has become impossible, before all had agreed on it. */
function endByOwnChange(view: View): Move | null {
  const { suggestion } = view;
  if (suggestion === null || isWaiting(suggestion.state)) return null;
  const why = describeEnd(suggestion);
  return suggestion.state === "rejected"
    ? end(view, "reject", { outcome: "declined", note: why })
    : end(view, "fail", { outcome: "cancelled", note: `Our own change: ${why}` });
}

/** A party that rejects, or cannot go on, ends it for all. */
function endByParties(view: View): Move | null {
  const rejecting = inState(view, "rejected");
  if (rejecting.length > 0) {
    const note = `Rejected by ${reasonsOf(rejecting)}`;
    return end(view, "reject", { outcome: "declined", note });
  }
  const lost = inState(view, "failed", "cancelled", "expired");
  if (lost.length === 0) return null;
  const note = `No agreement: ${reasonsOf(lost)}`;
  return end(view, "cancel", { outcome: "cancelled", note });
}

function proposed(view: View): Step | null {
  const over = endByParties(view) ?? endByOwnChange(view);
  if (over !== null) return over;
  const countering = inState(view, "countered");
  if (countering.length > 0) {
    return move("counter", `Counter-proposal of ${named(countering)}: take it up, or cancel.`);
  }
  const isAgreed = view.parties.length > 0 && view.parties.every((one) => one.state === "accepted");
  if (isAgreed) return move("accept", "All have agreed. Our own change waits for a person.");
  return isExpired(view) ? expire(view) : null;
}

function countered(view: View): Step | null {
  const over = endByParties(view);
  if (over !== null) return over;
  if (isExpired(view)) return expire(view);
  const { suggestion } = view;
  // Its successor is tested anew; only a person's No to it is one to the whole.
  return suggestion?.state === "rejected" ? endByOwnChange(view) : null;
}

function accepted(view: View): Step | null {
  const { suggestion, refused } = view;
  switch (suggestion?.state) {
    case "executing":
    case "executed":
    case "verified":
    case "reverted":
      return move("execute", "The agreed change is being executed.", {
        calls: [{ to: "product", label: "Execute schema change" }],
      });
    case "failed":
      return failed(view, suggestion.reason);
  }
  if (refused?.action === "execute") return failed(view, refused.reason);
  const over = endByParties(view) ?? endByOwnChange(view);
  if (over !== null) return over;
  if (isExpired(view)) return expire(view);
  return suggestion?.state === "approved" ? act("execute") : null;
}

/** It did not run: nothing was changed anywhere. */
function failed(view: View, why: string): Move {
  const note = `The change failed here, and nothing was changed: ${why}`;
  return end(view, "fail", { outcome: "failed", note });
}

function executing(view: View): Step | null {
  const { suggestion } = view;
  if (isInPlace(suggestion?.state)) {
    const detail = "The agreed change is in place.";
    return move("complete", `Executed. Waiting for ${named(view.parties)} to follow.`, {
      calls: [{ to: "agent", label: "Confirmation" }],
      messages: [completion(agentIds(view.parties), "executed", detail)],
      extendMs: AFTERMATH_MS,
    });
  }
  if (suggestion?.state === "failed") return failed(view, suggestion.reason);
  return suggestion?.state === "reverted" ? compensate(view, rolledBack(view)) : null;
}

const rolledBack = ({ suggestion }: View): string =>
  `The change was rolled back here${suggestion?.reason ? `: ${suggestion.reason}` : "."}`;

/** Rolls back everywhere what was executed anywhere. */
function compensate(view: View, why: string): Move {
  return move("compensate", `Rolling back everywhere. ${why}`, {
    messages: [completion(agentIds(view.parties), "compensated", why)],
    extendMs: AFTERMATH_MS,
  });
}

function completed(view: View): Step | null {
  const lost = inState(view, "failed", "rejected", "cancelled", "expired");
  if (lost.length > 0) {
    return compensate(view, `The related change was not made: ${reasonsOf(lost)}`);
  }
  if (view.suggestion?.state === "reverted") return compensate(view, rolledBack(view));
  if (view.parties.every(({ state }) => state === "synced")) {
    return move("sync", "Executed, and all have followed.");
  }
  if (!isExpired(view)) return null;
  const late = view.parties.filter(({ state }) => state !== "synced");
  return compensate(view, `No word in time that the related change was made: ${named(late)}.`);
}

/** A change that is rolled back later, on any side, is rolled back on all. */
function synced(view: View): Step | null {
  const lost = inState(view, "failed");
  if (lost.length > 0) {
    return compensate(view, `The related change did not last: ${reasonsOf(lost)}`);
  }
  return view.suggestion?.state === "reverted" ? compensate(view, rolledBack(view)) : null;
}

function compensating(view: View): Step | null {
  const { suggestion, refused } = view;
  const failing = inState(view, "compensation_failed");
  const own = refused?.action === "revert" ? refused.reason : suggestion?.reason;
  if (isInPlace(suggestion?.state)) {
    if (suggestion?.rollback === "failed" || refused?.action === "revert") {
      return move("failCompensation", `Our own change could not be rolled back: ${own}`);
    }
    return suggestion?.rollback === "running" ? null : act("revert");
  }
  if (failing.length > 0) {
    return move("failCompensation", `Not rolled back everywhere: ${reasonsOf(failing)}`);
  }
  if (view.parties.every(({ state }) => state === "compensated")) {
    return move("compensated", "Rolled back everywhere.");
  }
  if (!isExpired(view)) return null;
  const silent = view.parties.filter(({ state }) => state !== "compensated");
  return move(
    "failCompensation",
    `Rolled back here; whether ${named(silent)} did is not known: no answer came in time.`,
  );
}
