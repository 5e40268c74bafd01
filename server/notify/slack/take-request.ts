import { createHmac, timingSafeEqual } from "node:crypto";
import { lt } from "drizzle-orm";
import { slackRequests } from "@/drizzle/schema";
import { AppError, type Root } from "@/server/platform";

/** Slack's own window: https://docs.slack.dev/authentication/verifying-requests-from-slack */
const AGE_SECONDS_MAX = 300;
/** Signatures are kept longer than any could still be taken. */
const KEEP_MS = 2 * AGE_SECONDS_MAX * 1000;

/** As Slack signs: `v0=` and the hexadecimal HMAC-SHA256 of `v0:timestamp:body`. */
export function slackSignature(secret: string, timestamp: string, body: string): string {
  return `v0=${createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex")}`;
}

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

interface SignedRequest {
  timestamp: string | null;
  signature: string | null;
  /** As it came. */
  body: string;
}

/**
 * Takes a request of Slack: once. Throws `not_found` where none is expected, `unauthenticated` for one that Slack did
 * not sign, that is older than five minutes, or that came before.
 */
export async function takeSlackRequest({
  ctx: { db, settings, clock },
  input: { timestamp, signature, body },
}: {
  ctx: Pick<Root, "db" | "settings" | "clock">;
  input: SignedRequest;
}): Promise<void> {
  const { SLACK_SIGNING_SECRET: secret } = settings;
  if (secret === undefined) throw new AppError("not_found", "Slack is not configured here.");
  const refused = (why: string) => new AppError("unauthenticated", why);
  if (timestamp === null || signature === null || !/^\d{1,12}$/.test(timestamp)) {
    throw refused("The request is not signed by Slack.");
  }
  const ageSeconds = clock.now().getTime() / 1000 - Number(timestamp);
  if (Math.abs(ageSeconds) > AGE_SECONDS_MAX) throw refused("The request is too old.");
  if (!isEqual(signature, slackSignature(secret, timestamp, body))) {
    throw refused("The request is not signed by Slack.");
  }
  const taken = await db
    .insert(slackRequests)
    .values({ signature, at: clock.now() })
    .onConflictDoNothing()
    .returning({ signature: slackRequests.signature });
  if (taken.length === 0) throw refused("The request came before.");
}

/** Forgets requests that are too old to be taken again. */
export async function pruneSlackRequests({
  ctx: { db, clock },
}: {
  ctx: Pick<Root, "db" | "clock">;
}): Promise<void> {
  await db
    .delete(slackRequests)
    .where(lt(slackRequests.at, new Date(clock.now().getTime() - KEEP_MS)));
}
