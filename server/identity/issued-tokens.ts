import { and, desc, eq, gt, isNull, sql } from "drizzle-orm";
import type { JWTPayload } from "jose";
import { z } from "zod";
import { issuedTokens, users } from "@/drizzle/schema";
import type { TokenKind } from "@/server/contracts";
import { AppError, type Database, publish, recordAudit } from "@/server/platform";
import { type IdentityContext, parseInput } from "./context";
import { assertCan } from "./permissions";

type IssuedRow = typeof issuedTokens.$inferSelect;

/** A token as lists show it; the token itself was shown once and is not kept. */
export interface IssuedToken extends IssuedRow {
  /** Whom it names, for people: of a person the e-mail address, else the subject. */
  holder: string;
}

const asListed = (row: IssuedRow, email: string | null | undefined): IssuedToken => ({
  ...row,
  holder: email ?? row.subject,
});

/** The person that a token of theirs names. */
const isItsPerson = and(
  eq(issuedTokens.kind, "user"),
  eq(sql`${users.id}::text`, issuedTokens.subject),
);

/** The claims of a token that is about to be signed. */
export interface TokenClaims extends JWTPayload {
  jti: string;
  sub: string;
  aud: string;
  iat: number;
}

/** Notes a token that is about to be handed out, with its audit row. */
export async function recordIssued(
  ctx: IdentityContext,
  kind: TokenKind,
  { claims, expiresAt }: { claims: TokenClaims; expiresAt: Date },
): Promise<void> {
  const { jti, sub: subject, aud: audience, iat } = claims;
  const issuedAt = new Date(iat * 1000);
  const issuedBy = ctx.actor.label;
  await ctx.db.transaction(async (tx) => {
    await tx
      .insert(issuedTokens)
      .values({ jti, kind, subject, audience, issuedBy, issuedAt, expiresAt });
    await recordAudit(tx, ctx, {
      action: "token.issue",
      subjectType: "token",
      subjectId: jti,
      after: { kind, subject, audience, expires_at: expiresAt.toISOString() },
    });
  });
}

/** Tokens that have not expired, newest first, revoked ones included. */
export async function listTokens({ ctx }: { ctx: IdentityContext }): Promise<IssuedToken[]> {
  assertCan(ctx.actor, "key.manage");
  const rows = await ctx.db
    .select({ token: issuedTokens, email: users.email })
    .from(issuedTokens)
    .leftJoin(users, isItsPerson)
    .where(gt(issuedTokens.expiresAt, sql`now()`))
    .orderBy(desc(issuedTokens.issuedAt));
  return rows.map(({ token, email }) => asListed(token, email));
}

const RevokeToken = z.object({ token_id: z.uuid() });

/**
 * Ends one token: the sidecar refuses it from the next request on, and its event streams end. A
 * connector, which checks by the published keys alone, takes it until it expires.
 * Throws `not_found`, or `conflict` when it was revoked before.
 */
export async function revokeToken({
  ctx,
  input,
}: {
  ctx: IdentityContext;
  input: z.input<typeof RevokeToken>;
}): Promise<IssuedToken> {
  assertCan(ctx.actor, "key.manage");
  const { token_id } = parseInput(RevokeToken, input);
  return ctx.db.transaction(async (tx) => {
    const isThis = eq(issuedTokens.jti, token_id);
    const [row] = await tx
      .update(issuedTokens)
      .set({ revokedAt: sql`now()` })
      .where(and(isThis, isNull(issuedTokens.revokedAt)))
      .returning();
    if (row === undefined) {
      const exists = (await tx.$count(issuedTokens, isThis)) > 0;
      if (!exists) throw new AppError("not_found", "There is no such token.");
      throw new AppError("conflict", "This token is revoked already.");
    }
    await recordAudit(tx, ctx, {
      action: "token.revoke",
      subjectType: "token",
      subjectId: token_id,
      before: { revoked_at: null },
      after: { revoked_at: row.revokedAt?.toISOString() ?? null },
    });
    await publish(tx, { topic: "identity", id: token_id });
    const [person] = await tx
      .select({ email: users.email })
      .from(issuedTokens)
      .innerJoin(users, isItsPerson)
      .where(isThis);
    return asListed(row, person?.email);
  });
}

/** Throws `unauthenticated` for a token that was revoked. One of a product's own making is not listed. */
export async function assertNotRevoked(db: Database, jti: unknown): Promise<void> {
  if (!z.uuid().safeParse(jti).success) return;
  const [row] = await db
    .select({ revokedAt: issuedTokens.revokedAt })
    .from(issuedTokens)
    .where(eq(issuedTokens.jti, String(jti)));
  if (row === undefined || row.revokedAt === null) return;
  throw new AppError("unauthenticated", "The token was revoked.");
}
