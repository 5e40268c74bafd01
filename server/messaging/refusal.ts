import { type ErrorCode, MessageRefusal } from "@/server/contracts";
import { AppError } from "@/server/platform";

/** The error a caller gets for each reason to refuse a message at the door. */
const CODES: Record<MessageRefusal, ErrorCode> = {
  invalid_envelope: "invalid_input",
  too_large: "too_large",
  too_deep: "invalid_input",
  unsigned: "unauthenticated",
  bad_signature: "unauthenticated",
  unknown_agent: "unauthenticated",
  unknown_key: "unauthenticated",
  sender_mismatch: "forbidden",
  wrong_domain: "forbidden",
  wrong_recipient: "not_found",
  message_expired: "invalid_input",
  message_from_the_future: "invalid_input",
  id_reused: "idempotency_mismatch",
};

/** A refusal, with its reason in `details.reason`. */
export function refusal(
  reason: MessageRefusal,
  text: string,
  options: { cause?: unknown; details?: Record<string, unknown> } = {},
): AppError {
  const { cause, details } = options;
  return new AppError(CODES[reason], text, { cause, details: { ...details, reason } });
}

/** Why a message was refused; null for any other failure. */
export function refusalReasonOf(error: unknown): MessageRefusal | null {
  if (!(error instanceof AppError)) return null;
  return MessageRefusal.safeParse(error.details?.reason).data ?? null;
}
