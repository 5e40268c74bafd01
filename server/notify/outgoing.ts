import type {
  NotificationDetails,
  NotificationEvent,
  NotificationSubject,
  Suggestion,
} from "@/server/contracts";

/** One delivery with all that is told in it. */
export interface Outgoing {
  deliveryId: string;
  notificationId: string;
  event: NotificationEvent;
  subject: { type: NotificationSubject; id: string };
  /** As it is now; null: it is about none. */
  suggestion: Suggestion | null;
  /** How far the approvals are that it needs, one sentence; null: it is decided, or one alone is asked for. */
  approvals: string | null;
  productId: string | null;
  details: NotificationDetails;
  actorLabel: string;
  /** When it happened. */
  createdAt: Date;
  recipient: string;
  userId: string | null;
  /** An attempt before this one was cut off: what it sent may have arrived. */
  wasInterrupted: boolean;
  /** What a digest has collected, oldest first, at most the latest ones; empty of anything else. */
  collected: readonly Collected[];
  /** All that it has collected. */
  collectedCount: number;
}

export interface Collected {
  event: NotificationEvent;
  suggestionId: string | null;
  title: string;
  actorLabel: string;
  createdAt: Date;
}

export type SendResult =
  | { outcome: "sent"; providerId: string | null }
  /** Nothing had to be sent, and why. */
  | { outcome: "skipped"; reason: string };

/**
 * Sends one delivery. Throws an AppError: one of the codes that are tried again (`unavailable`, `rate_limited`
 * with `retry_after_seconds`), or `misconfigured` and `not_executable`, which no repetition mends.
 */
export type Send = (outgoing: Outgoing, signal: AbortSignal) => Promise<SendResult>;
