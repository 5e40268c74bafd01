import type { Actor, MessageEnvelope } from "@/server/contracts";
import { AppError } from "@/server/platform";

/** Clocks of two agents may differ by this much. */
const CLOCK_SKEW_SECONDS_MAX = 300;

/**
 * Refuses what must not be handled: a message for another agent (`not_found`), one in another
 * agent's name (`forbidden`), one past its ttl or from the future (`invalid_input`, with
 * `reason` in the details).
 */
export function assertAcceptable(
  actor: Actor,
  message: MessageEnvelope,
  here: { agentId: string; now: Date },
): void {
  if (message.recipient.agent_id !== here.agentId) {
    throw new AppError("not_found", `This agent is ${here.agentId}, not the recipient.`, {
      details: { reason: "wrong_recipient", agent_id: here.agentId },
    });
  }
  if (actor.kind === "agent" && actor.id !== message.sender.agent_id) {
    throw new AppError("forbidden", "sender.agent_id is not the agent the token was issued to.", {
      details: { reason: "sender_mismatch" },
    });
  }
  const ageSeconds = (here.now.getTime() - Date.parse(message.timestamp)) / 1000;
  if (ageSeconds > message.ttl_seconds) {
    throw new AppError("invalid_input", "The message is past its ttl_seconds.", {
      details: { reason: "message_expired" },
    });
  }
  if (ageSeconds < -CLOCK_SKEW_SECONDS_MAX) {
    throw new AppError("invalid_input", "The message's timestamp lies in the future.", {
      details: { reason: "message_from_the_future" },
    });
  }
}
