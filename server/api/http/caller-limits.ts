import { lt, sql } from "drizzle-orm";
import { requestRates } from "@/drizzle/schema";
import type { Actor } from "@/server/contracts";
import { actorKey } from "@/server/identity";
import { AppError, type Database, type Root } from "@/server/platform";
import { networkOf } from "@/server/platform/http";

/** Whom a request counts against: the identity that sent it, or its network where that is not known. */
export function callerOf(actor: Actor | null, { headers }: Pick<Request, "headers">): string {
  if (actor !== null) return actorKey(actor);
  // The web process's front door has written the one address that the request came from.
  return `network:${networkOf((headers.get("x-forwarded-for") ?? "unknown").slice(0, 100))}`;
}

const MINUTE_SECONDS = 60;

const inSeconds = (seconds: number) => sql`make_interval(secs => ${seconds})`;

/** Forgets callers that have used up nothing, who begin anew; answers how many. */
export async function pruneRequestRates({
  ctx: { db },
}: {
  ctx: Pick<Root, "db">;
}): Promise<number> {
  const gone = await db
    .delete(requestRates)
    .where(lt(requestRates.freeAt, sql`now()`))
    .returning({ caller: requestRates.caller });
  return gone.length;
}

/**
 * Counts one request of the caller, at all replicas together: as many as REQUESTS_PER_MINUTE_MAX may
 * come at once, then one each time that its share of the minute has passed (the generic cell rate
 * algorithm: one instant a caller, moved by one conditional update). Throws `rate_limited` with the
 * seconds until the next one is taken.
 */
export async function countRequest({
  ctx: { db, settings },
  input: { caller },
}: {
  ctx: Pick<Root, "db" | "settings">;
  input: { caller: string };
}): Promise<void> {
  const perMinute = settings.REQUESTS_PER_MINUTE_MAX;
  const share = MINUTE_SECONDS / perMinute;
  const slack = MINUTE_SECONDS - share;
  const counted = await db
    .insert(requestRates)
    .values({ caller, freeAt: sql`now() + ${inSeconds(share)}` })
    .onConflictDoUpdate({
      target: requestRates.caller,
      set: { freeAt: sql`greatest(${requestRates.freeAt}, now()) + ${inSeconds(share)}` },
      setWhere: sql`${requestRates.freeAt} <= now() + ${inSeconds(slack)}`,
    })
    .returning({ caller: requestRates.caller });
  if (counted.length === 1) return;
  throw new AppError("rate_limited", `At most ${perMinute} requests a minute for one caller.`, {
    details: { retry_after_seconds: await secondsLeft(db, caller, slack), limit: perMinute },
  });
}

async function secondsLeft(db: Database, caller: string, slack: number): Promise<number> {
  const [row] = await db
    .select({
      seconds: sql<number>`extract(epoch from ${requestRates.freeAt} - now())::float8 - ${slack}::float8`,
    })
    .from(requestRates)
    .where(sql`${requestRates.caller} = ${caller}`);
  return Math.max(0, row?.seconds ?? 0);
}
