import { allows } from "@/server/contracts";
import {
  AFTERMATH_MS,
  agentIds,
  completion,
  isBegun,
  type Move,
  move,
  type Outgoing,
  syncComplete,
  type View,
} from "./machine";

/** A person's wish to end a conversation. */
interface Wish {
  /** Of who wishes it: kept here, and not told to others. */
  label: string;
  /** May be empty. */
  reason: string;
}

const withReason = (text: string, reason: string): string =>
  reason === "" ? `${text}.` : `${text}: ${reason}`;

/**
 * Ends a conversation because a person wishes it: whoever began it calls it off, whoever was asked withdraws.
 * null: too late, what was agreed is being executed here, or it has ended.
 */
export function cancelMove(view: View, wish: Wish): Move | null {
  if (isBegun(view.suggestion?.state)) return null;
  return view.role === "initiator" ? callOff(view, wish) : withdraw(view, wish);
}

const UNTOLD: ReadonlySet<View["parties"][number]["state"]> = new Set([
  ...(["rejected", "cancelled", "failed"] as const),
]);

function callOff(view: View, { label, reason }: Wish): Move | null {
  const { state, round, parties } = view;
  if (!allows("conversation", "cancel", state)) return null;
  const isAsked = state !== "assessing" || round > 1;
  const told = agentIds(parties.filter((party) => !UNTOLD.has(party.state)));
  return move("cancel", withReason(`Cancelled by ${label}`, reason), {
    withdraws: true,
    messages: isAsked && told.length > 0 ? [completion(told, "cancelled", reason)] : [],
  });
}

/** Our word is taken back: to the one who asked it is a rejection, at any time. */
function withdraw(view: View, { label, reason }: Wish): Move | null {
  const note = withReason(`Withdrawn by ${label}`, reason);
  const why = withReason("Withdrawn by a person", reason);
  const isExecutedThere = view.parties.some(({ state }) => state === "executed");
  if (isExecutedThere) {
    if (view.state !== "accepted") return null;
    // The other change is in place, and was agreed on: it has to be rolled back.
    return move("compensate", note, {
      messages: [syncComplete(view, "failed", why)],
      withdraws: true,
      extendMs: AFTERMATH_MS,
    });
  }
  if (!allows("conversation", "cancel", view.state)) return null;
  const evidence = view.answer?.evidence ?? {};
  const content = { reasons: [why], evidence };
  const message: Outgoing = { to: agentIds(view.parties), type: "rejection", content };
  // The test run of a question is advice to our own product as well.
  return move("cancel", note, { withdraws: view.kind === "schema_change", messages: [message] });
}
