import { and, eq, inArray, isNull, lte, or } from "drizzle-orm";
import { suggestions, suggestionTriage, users } from "@/drizzle/schema";
import type {
  Actor,
  AssignRequest,
  ClaimRequest,
  Colleague,
  Person,
  Triage,
} from "@/server/contracts";
import { assertCan, isAllowed } from "@/server/identity";
import { notify } from "@/server/notify";
import {
  AppError,
  publish,
  recordAudit,
  type ServiceContext,
  type Transaction,
} from "@/server/platform";
import { personOf } from "./filter-suggestions";
import { readTriage } from "./read-triage";

/** A claim that is not renewed ends after this: a page left open overnight keeps nobody out. */
const CLAIM_MINUTES = 30;

/** People who can sign in, and whether they may decide. Throws `forbidden` for machines. */
export async function listColleagues({ ctx }: { ctx: ServiceContext }): Promise<Colleague[]> {
  assertCan(ctx.actor, "suggestion.read");
  personOf(ctx);
  const rows = await ctx.db
    .select({ id: users.id, label: users.email, roles: users.roles })
    .from(users)
    .where(eq(users.isActive, true))
    .orderBy(users.email);
  return rows.map(({ roles, ...person }) => ({
    ...person,
    can_decide: canDecide({ ...person, roles }),
  }));
}

/**
 * Gives a suggestion to a person, or to nobody. Throws `forbidden` (the caller may not decide), `not_found`
 * (suggestion), `invalid_input` (a person who is not active or may not decide).
 */
export async function assignSuggestion({
  ctx,
  input: { suggestion_id: id, assignee_id: assigneeId },
}: {
  ctx: ServiceContext;
  input: AssignRequest;
}): Promise<Triage> {
  assertCan(ctx.actor, "suggestion.decide");
  await ctx.db.transaction(async (tx) => {
    const before = await lockTriage(tx, id);
    const assignee = assigneeId === null ? null : await findReviewer(tx, assigneeId);
    if (before.assigneeId === assigneeId) return;
    await tx
      .update(suggestionTriage)
      .set({ assigneeId })
      .where(eq(suggestionTriage.suggestionId, id));
    await recordAudit(tx, ctx, {
      action: "suggestion.assign",
      subjectType: "suggestion",
      subjectId: id,
      before: { assignee_id: before.assigneeId },
      after: { assignee_id: assigneeId, assignee: assignee?.label ?? null },
    });
    if (assigneeId !== null && assigneeId !== ctx.actor.id) {
      const subject = { type: "suggestion", id } as const;
      await notify({ tx, ctx, input: { event: "assigned", subject, userIds: [assigneeId] } });
    }
    await publish(tx, { topic: "suggestion", id });
  });
  return triageOf(ctx, id);
}

/**
 * Tells the others that the caller works on a suggestion, for CLAIM_MINUTES; again: renews it. Throws
 * `conflict` (details: who, until when) where another's claim holds, unless it is taken over.
 */
export async function claimSuggestion({
  ctx,
  input: { suggestion_id: id, takes_over: takesOver },
}: {
  ctx: ServiceContext;
  input: ClaimRequest;
}): Promise<Triage> {
  assertCan(ctx.actor, "suggestion.decide");
  const me = personOf(ctx);
  await ctx.db.transaction(async (tx) => {
    const before = await lockTriage(tx, id);
    const now = ctx.clock.now();
    const isFree = or(
      isNull(suggestionTriage.claimedBy),
      eq(suggestionTriage.claimedBy, me),
      lte(suggestionTriage.claimEndsAt, now),
    );
    const claimed = await tx
      .update(suggestionTriage)
      .set({ claimedBy: me, claimEndsAt: new Date(now.getTime() + CLAIM_MINUTES * 60_000) })
      .where(and(eq(suggestionTriage.suggestionId, id), takesOver ? undefined : isFree))
      .returning();
    if (claimed.length === 0) throw await claimedByAnother(tx, before);
    if (before.claimedBy === me && before.claimEndsAt !== null && before.claimEndsAt > now) return;
    await recordAudit(tx, ctx, {
      action: "suggestion.claim",
      subjectType: "suggestion",
      subjectId: id,
      before: { claimed_by: before.claimedBy },
      after: { claimed_by: me },
    });
    await publish(tx, { topic: "suggestion", id });
  });
  return triageOf(ctx, id);
}

/** Ends the caller's own claim; one of another stays. */
export async function releaseSuggestion({
  ctx,
  input: { suggestion_id: id },
}: {
  ctx: ServiceContext;
  input: { suggestion_id: string };
}): Promise<Triage> {
  assertCan(ctx.actor, "suggestion.decide");
  const me = personOf(ctx);
  await ctx.db.transaction(async (tx) => {
    await lockTriage(tx, id);
    const released = await tx
      .update(suggestionTriage)
      .set({ claimedBy: null, claimEndsAt: null })
      .where(and(eq(suggestionTriage.suggestionId, id), eq(suggestionTriage.claimedBy, me)))
      .returning();
    if (released.length === 0) return;
    await recordAudit(tx, ctx, {
      action: "suggestion.release",
      subjectType: "suggestion",
      subjectId: id,
      before: { claimed_by: me },
      after: { claimed_by: null },
    });
    await publish(tx, { topic: "suggestion", id });
  });
  return triageOf(ctx, id);
}

type TriageRow = typeof suggestionTriage.$inferSelect;

/** The suggestion's row, made if it is missing and held until the transaction ends. Throws `not_found`. */
async function lockTriage(tx: Transaction, id: string): Promise<TriageRow> {
  const known = await tx.$count(suggestions, eq(suggestions.id, id));
  if (known === 0) throw new AppError("not_found", `There is no suggestion ${id}.`);
  await tx.insert(suggestionTriage).values({ suggestionId: id }).onConflictDoNothing();
  const [row] = await tx
    .select()
    .from(suggestionTriage)
    .where(eq(suggestionTriage.suggestionId, id))
    .for("update");
  if (row === undefined) throw new AppError("not_found", `There is no suggestion ${id}.`);
  return row;
}

async function claimedByAnother(tx: Transaction, row: TriageRow): Promise<AppError> {
  const [who] = await findPeople(tx, row.claimedBy === null ? [] : [row.claimedBy]);
  return new AppError("conflict", `${who?.label ?? "Somebody"} is working on this suggestion.`, {
    details: { claimed_by: who?.label ?? null, ends_at: row.claimEndsAt?.toISOString() ?? null },
  });
}

/** Active people of these ids. */
export async function findPeople(tx: Transaction, ids: readonly string[]) {
  if (ids.length === 0) return [];
  return tx
    .select({ id: users.id, label: users.email, roles: users.roles })
    .from(users)
    .where(and(inArray(users.id, [...ids]), eq(users.isActive, true)));
}

const canDecide = (person: Pick<Actor, "id" | "label" | "roles">): boolean =>
  isAllowed({ kind: "user", ...person }, "suggestion.decide");

async function findReviewer(tx: Transaction, id: string): Promise<Person> {
  const [found] = await findPeople(tx, [id]);
  if (found !== undefined && canDecide(found)) return { id: found.id, label: found.label };
  throw new AppError("invalid_input", "No active person of this id may decide on suggestions.");
}

/** How people share out one suggestion, seen by the caller. Throws `forbidden` for machines, `not_found`. */
export async function getTriage({
  ctx,
  input: { suggestion_id: id },
}: {
  ctx: ServiceContext;
  input: { suggestion_id: string };
}): Promise<Triage> {
  assertCan(ctx.actor, "suggestion.read");
  personOf(ctx);
  return triageOf(ctx, id);
}

async function triageOf(ctx: ServiceContext, id: string): Promise<Triage> {
  const triage = (await readTriage(ctx, [id])).get(id);
  if (triage === undefined) throw new AppError("not_found", `There is no suggestion ${id}.`);
  return triage;
}
