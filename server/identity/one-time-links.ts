import { createHash, randomBytes } from "node:crypto";
import { and, eq, gt, isNull, type SQL } from "drizzle-orm";
import { z } from "zod";
import { oneTimeLinks } from "@/drizzle/schema";
import type { LinkKind } from "@/server/contracts";
import { AppError, type Database, type Settings, type Transaction } from "@/server/platform";

export type LinkRow = typeof oneTimeLinks.$inferSelect;

/** 32 random bytes, base64url: nothing to guess, so that SHA-256 suffices to keep it. */
const newToken = () => randomBytes(32).toString("base64url");

const hashToken = (token: string) => createHash("sha256").update(token).digest("hex");

export const LinkToken = z.string().min(1).max(200);

/** The address of a link. Its token stands behind `#`, which browsers send to nobody. */
export function linkAddress(
  { PUBLIC_URL, PORT }: Pick<Settings, "PUBLIC_URL" | "PORT">,
  token: string,
): string {
  const origin = PUBLIC_URL === undefined ? `http://localhost:${PORT}` : new URL(PUBLIC_URL).origin;
  return `${origin}/join#${token}`;
}

type NewLink = Pick<LinkRow, "kind" | "createdBy" | "expiresAt"> &
  Partial<Pick<LinkRow, "email" | "roles" | "userId">>;

/** Not used, not withdrawn; may have expired. */
export const isOpen = and(isNull(oneTimeLinks.usedAt), isNull(oneTimeLinks.revokedAt));

/** Withdraws the open links that match; answers how many. */
export async function revokeLinks(tx: Transaction, which: SQL | undefined, now: Date) {
  return tx.update(oneTimeLinks).set({ revokedAt: now }).where(and(isOpen, which)).returning();
}

/** Stores a link; the token is answered here and never again. */
export async function createLink(
  tx: Transaction,
  values: NewLink,
): Promise<{ token: string; link: LinkRow }> {
  const token = newToken();
  const [link] = await tx
    .insert(oneTimeLinks)
    .values({ ...values, tokenHash: hashToken(token) })
    .onConflictDoNothing()
    .returning();
  if (link === undefined) {
    throw new AppError("conflict", "Somebody else made a link for the same at this moment.");
  }
  return { token, link };
}

/** Used, withdrawn, expired and unknown links look alike. */
const notValid = () =>
  new AppError(
    "not_found",
    "This link is not valid: it was used, has expired or was withdrawn. Ask for a new one.",
  );

const matches = (token: string, now: Date) =>
  and(eq(oneTimeLinks.tokenHash, hashToken(token)), isOpen, gt(oneTimeLinks.expiresAt, now));

/** The link of a token, without using it. Throws `not_found`. */
export async function findLink(db: Database, token: string, now: Date): Promise<LinkRow> {
  const [link] = await db.select().from(oneTimeLinks).where(matches(token, now));
  if (link === undefined) throw notValid();
  return link;
}

/** Uses a link up: of two who do so at once one gets it. Throws `not_found`. */
export async function claimLink(
  tx: Transaction,
  { token, kind, now }: { token: string; kind: LinkKind; now: Date },
): Promise<LinkRow> {
  const [link] = await tx
    .update(oneTimeLinks)
    .set({ usedAt: now })
    .where(and(matches(token, now), eq(oneTimeLinks.kind, kind)))
    .returning();
  if (link === undefined) throw notValid();
  return link;
}
