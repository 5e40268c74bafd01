import { type DeadReason, type ErrorCode, PRIORITY_HEAD_START_MS } from "@/server/contracts";

/** A recipient as the directory and the last deliveries to it tell. */
export interface Peer {
  agentId: string;
  /** Base URL of its REST interface. */
  url: string;
  /** Both sidecars take messages from the same broker. */
  isOnBroker: boolean;
  /** Deliveries in a row that failed. */
  failures: number;
  /** Its circuit opens again for a try after so many milliseconds; 0 or less: now. null: closed. */
  openMs: number | null;
}

/** Failures in a row that open the circuit of a recipient. */
export const FAILURES_MAX = 5;
/** Messages of a recipient that wait for the try of another one are looked at again after this long. */
const PROBE_WAIT_MS = 2000;

const BACKOFF_MS = 500;
const BACKOFF_MS_MAX = 60_000;
/** Without a route the directory has to change first. */
const NO_ROUTE_MS_MIN = 2000;
/** A receipt may still be on its way when a message expires. */
const EXPIRY_GRACE_MS = 2000;

/** Exponential backoff with full jitter: what failed together does not come back together. */
export function backoffMs(attempts: number, random: () => number = Math.random): number {
  return random() * Math.min(BACKOFF_MS_MAX, BACKOFF_MS * 2 ** Math.min(attempts, 12));
}

/** What is done with a message of ours whose turn has come. */
export type DeliveryPlan =
  | { kind: "deliver"; via: "broker" | "http"; overdueMs: number }
  /** Nothing is tried, and no attempt counts. */
  | { kind: "wait"; delayMs: number; error?: string }
  | { kind: "bury"; deadReason: DeadReason };

/** What is known of a message of ours when its turn comes. */
export interface DueMessage {
  attempts: number;
  /** Milliseconds until it expires; negative: it has. */
  lifeMs: number;
  isSent: boolean;
}

/**
 * What to do with a message: deliver it, and again when no receipt has come for `receiptMs` and some
 * more with each attempt; or wait, for a route or for the recipient's circuit; or give it up. `mayProbe`:
 * it is the one message that tries a recipient whose circuit is half open.
 */
export function planDelivery(
  message: DueMessage,
  given: { peer: Peer | undefined; receiptMs: number; mayProbe: () => boolean },
  random: () => number = Math.random,
): DeliveryPlan {
  const { peer, receiptMs, mayProbe } = given;
  const { lifeMs, attempts, isSent } = message;
  if (lifeMs <= 0) {
    if (isSent && lifeMs > -EXPIRY_GRACE_MS) {
      return { kind: "wait", delayMs: EXPIRY_GRACE_MS + lifeMs };
    }
    return { kind: "bury", deadReason: peer === undefined ? "no_route" : "expired" };
  }
  const inLife = (ms: number) => Math.min(ms, lifeMs);
  if (peer === undefined) {
    const delayMs = inLife(NO_ROUTE_MS_MIN * (1 + random()));
    return { kind: "wait", delayMs, error: "No agent of this id is in the directory." };
  }
  if (peer.openMs !== null && peer.failures >= FAILURES_MAX) {
    if (peer.openMs > 0 || !mayProbe()) {
      return { kind: "wait", delayMs: inLife(random() * PROBE_WAIT_MS) };
    }
  }
  const overdueMs = inLife(receiptMs + backoffMs(attempts, random));
  return { kind: "deliver", via: peer.isOnBroker ? "broker" : "http", overdueMs };
}

/**
 * Priority of a message on the broker, 1 first: by how long ago it was due, as messages are taken
 * everywhere else. Whatever waits for as long as an urgent one's head start comes to be as urgent.
 */
export function brokerPriority(dueForMs: number): number {
  const { urgent, high, normal } = PRIORITY_HEAD_START_MS;
  return 1 + [urgent, high, normal].filter((headStartMs) => dueForMs < headStartMs).length;
}

/** Others are the reason: another attempt may well succeed, until the message expires. */
const WAITING: ReadonlySet<ErrorCode> = new Set([
  ...(["product_unreachable", "product_timeout", "product_invalid", "conflict"] as const),
  ...(["overloaded", "rate_limited", "unavailable", "timeout"] as const),
]);
/** Another attempt cannot mend these. */
const FINAL: ReadonlySet<ErrorCode> = new Set([
  ...(["not_executable", "misconfigured", "not_found", "invalid_input", "forbidden"] as const),
]);
/** Attempts to handle a message that fail for an unknown reason. */
const HANDLING_ATTEMPTS_MAX = 6;

/**
 * Milliseconds until a message is handled once more after the given number of attempts, the last of
 * which failed with `code`; null: give it up.
 */
export function handlingDelayMs(
  failed: { attempts: number; code: ErrorCode },
  random: () => number = Math.random,
): number | null {
  const { attempts, code } = failed;
  if (FINAL.has(code)) return null;
  if (!WAITING.has(code) && attempts >= HANDLING_ATTEMPTS_MAX) return null;
  return backoffMs(attempts, random);
}
