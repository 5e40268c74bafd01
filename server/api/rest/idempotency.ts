import { createHash } from "node:crypto";
import { and, eq, isNull, lt, sql } from "drizzle-orm";
import type { MiddlewareHandler } from "hono";
import { idempotencyKeys } from "@/drizzle/schema";
import type { Actor } from "@/server/contracts";
import { AppError, type Database } from "@/server/platform";
import type { RestEnv } from "./services";

/** Longer than any request lasts: a claim this old belongs to a process that died. */
const CLAIM_SECONDS_MAX = 300;
const KEPT_HOURS = 24;
const SANE_KEY = /^[\x21-\x7e]{1,200}$/;

interface StoredAnswer {
  /** The body exactly as it was sent. */
  text: string;
  headers: Record<string, string>;
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** Key of the claim: one caller, one route with its parameters, one Idempotency-Key. */
function idempotencyKeyOf(actor: Actor, target: string, given: string): string {
  if (!SANE_KEY.test(given)) {
    throw new AppError("invalid_input", "Idempotency-Key: 1 to 200 visible ASCII characters.");
  }
  return sha256(JSON.stringify([actor.kind, actor.id, target, given]));
}

const isOld = lt(idempotencyKeys.createdAt, sql`now() - make_interval(hours => ${KEPT_HOURS})`);
const PURGE_EVERY_MS = 3_600_000;
let purgedAt = 0;

/** Forgets this key once it is old, and now and then every other old one. */
async function forgetOld(db: Database, key: string): Promise<void> {
  const isDue = Date.now() - purgedAt > PURGE_EVERY_MS;
  if (isDue) purgedAt = Date.now();
  await db.delete(idempotencyKeys).where(isDue ? isOld : and(eq(idempotencyKeys.key, key), isOld));
}

async function claim(db: Database, key: string, requestHash: string): Promise<boolean> {
  await forgetOld(db, key);
  const inserted = await db
    .insert(idempotencyKeys)
    .values({ key, requestHash })
    .onConflictDoNothing()
    .returning({ key: idempotencyKeys.key });
  return inserted.length > 0;
}

/** Takes over a claim whose process never finished. */
async function takeOver(db: Database, key: string): Promise<boolean> {
  const isAbandoned = and(
    eq(idempotencyKeys.key, key),
    isNull(idempotencyKeys.status),
    lt(idempotencyKeys.createdAt, sql`now() - make_interval(secs => ${CLAIM_SECONDS_MAX})`),
  );
  const taken = await db
    .update(idempotencyKeys)
    .set({ createdAt: sql`now()` })
    .where(isAbandoned)
    .returning({ key: idempotencyKeys.key });
  return taken.length > 0;
}

/** The stored answer of an earlier request; null when this one took the claim over. */
async function earlierAnswer(
  db: Database,
  key: string,
  requestHash: string,
): Promise<Response | null> {
  const [row] = await db.select().from(idempotencyKeys).where(eq(idempotencyKeys.key, key));
  if (row !== undefined && row.requestHash !== requestHash) {
    throw new AppError(
      "idempotency_mismatch",
      "This Idempotency-Key was used for another request.",
    );
  }
  if (row !== undefined && row.status !== null) {
    // Only `store` below writes the column, always in this shape.
    const { text, headers } = row.body as StoredAnswer;
    return new Response(text, {
      status: row.status,
      headers: { ...headers, "idempotent-replayed": "true" },
    });
  }
  if (await takeOver(db, key)) return null;
  throw new AppError("conflict", "The first request with this Idempotency-Key is still running.", {
    details: { retry_after_seconds: 1 },
  });
}

/** Keeps a final answer; what a repeat may change (400, 429, 5xx) frees the key instead. */
async function store(db: Database, key: string, response: Response): Promise<void> {
  const isMine = and(eq(idempotencyKeys.key, key), isNull(idempotencyKeys.status));
  const { status } = response;
  if (status === 400 || status === 429 || status >= 500) {
    await db.delete(idempotencyKeys).where(isMine);
    return;
  }
  const text = await response.clone().text();
  const body: StoredAnswer = { text, headers: Object.fromEntries(response.headers) };
  await db.update(idempotencyKeys).set({ status, body }).where(isMine);
}

/**
 * Answers a request that carries an Idempotency-Key once: a repeat gets the first answer again
 * (a refusal is an answer too), the same key with another request is `idempotency_mismatch`, a
 * repeat while the first still runs is `conflict`.
 */
export const idempotent: MiddlewareHandler<RestEnv> = async (c, next) => {
  const given = c.req.header("idempotency-key");
  if (given === undefined) {
    await next();
    return;
  }
  const { db } = c.env;
  const url = new URL(c.req.url);
  const key = idempotencyKeyOf(c.var.actor, `${c.req.method} ${url.pathname}`, given);
  const requestHash = sha256(`${url.search}\n${c.var.bodyText ?? ""}`);
  if (!(await claim(db, key, requestHash))) {
    const earlier = await earlierAnswer(db, key, requestHash);
    if (earlier !== null) {
      c.res = earlier;
      return;
    }
  }
  await next();
  await store(db, key, c.res);
};
