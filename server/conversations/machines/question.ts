import { OPENING_MESSAGES } from "@/server/contracts";
import {
  act,
  agentIds,
  describeEnd,
  inState,
  isExpired,
  isWaiting,
  type Move,
  move,
  named,
  reasonsOf,
  type Step,
  type View,
} from "./machine";

/** A kind of conversation that is one question and one answer. */
interface Question {
  /** What the one asked does, as an arrow of the diagram. */
  label: string;
  /** Our own part must be looked up before it can be asked. */
  isReady?: (view: View) => boolean;
}

/** What happens next in a conversation of one question. */
export const askAndAnswer =
  (question: Question) =>
  (view: View): Step | null =>
    view.role === "initiator" ? ask(view, question) : answer(view, question);

function ask(view: View, { isReady = () => true }: Question): Step | null {
  const { refused } = view;
  if (view.state === "assessing") {
    if (refused !== null) return move("fail", `It could not be asked: ${refused.reason}`);
    if (isExpired(view)) return move("expire", "Its time ended before it was asked.");
    if (!isReady(view)) return act("sample_key");
    return move("propose", `Waiting for the answer of ${named(view.parties)}.`, {
      messages: [
        { to: agentIds(view.parties), type: OPENING_MESSAGES[view.kind], content: view.subject },
      ],
    });
  }
  return view.state === "proposed" ? conclude(view) : null;
}

function conclude(view: View): Move | null {
  const answering = inState(view, "answered");
  const waiting = inState(view, "invited");
  if (waiting.length > 0 && !isExpired(view)) return null;
  if (answering.length > 0) {
    const missing = waiting.length === 0 ? "" : ` No answer of ${named(waiting)} came in time.`;
    return move("answer", `Answered by ${named(answering)}.${missing}`);
  }
  if (waiting.length > 0) return move("expire", `No answer of ${named(waiting)} came in time.`);
  const rejecting = inState(view, "rejected");
  return rejecting.length > 0
    ? move("reject", `Rejected by ${reasonsOf(rejecting)}`)
    : move("fail", `No answer: ${reasonsOf(view.parties)}`);
}

function answer(view: View, { label }: Question): Step | null {
  if (view.state !== "evaluating") return null;
  const { answer: known, suggestion, refused } = view;
  if (inState(view, "cancelled").length > 0) return move("cancel", "It is not asked any more.");
  if (refused !== null) return reject(view, [`It could not be looked into: ${refused.reason}`]);
  if (isExpired(view)) return move("expire", "It could not be looked into in time.");
  if (known === null) return act("evaluate");
  if (known.verdict !== "accept") return reject(view, known.reasons);
  if (suggestion?.state === "proving") return null;
  if (suggestion !== null && !isWaiting(suggestion.state)) {
    return reject(view, [...known.reasons, describeEnd(suggestion)]);
  }
  const reasons = [...known.reasons, ...(suggestion?.summary ? [suggestion.summary] : [])];
  return move("answer", reasons[0] ?? "Answered.", {
    calls: [
      { to: "product", label },
      { to: "agent", label: "Result" },
    ],
    messages: [
      {
        to: agentIds(view.parties),
        type: "acknowledgement",
        content: { reasons, evidence: known.evidence },
      },
    ],
  });
}

function reject(view: View, reasons: readonly string[]): Move {
  const evidence = view.answer?.evidence ?? {};
  return move("reject", reasons.join(" "), {
    messages: [{ to: agentIds(view.parties), type: "rejection", content: { reasons, evidence } }],
  });
}
