import { and, eq, gt, lte, or, type SQL, sql } from "drizzle-orm";
import { auditEvents, suggestions, users } from "@/drizzle/schema";
import { type ApproverRole, allows } from "@/server/contracts";
import { notify } from "@/server/notify";
import { recordAudit, type ServiceContext, type Transaction } from "@/server/platform";
import { type EvaluatedSuggestion, evaluateSuggestion, loadPolicy, mayFill } from "@/server/policy";
import { pendingSuggestions } from "./pending-pages";
import type { SuggestionRow } from "./transition";

const HOUR_MS = 3_600_000;

const ACTIONS = { remind: "suggestion.remind", escalate: "suggestion.escalate" } as const;
type Step = keyof typeof ACTIONS;

/** Of the suggestions that a query is about: since it was last changed this was not sent. */
const notSent = (action: string): SQL =>
  sql`not exists (select from ${auditEvents} where ${auditEvents.subjectId} = ${suggestions.id}
    and ${auditEvents.action} = ${action} and ${auditEvents.at} > ${suggestions.updatedAt})`;

/**
 * Reminds those whose approval is missing, and later the role above them, of advice that waits as long as the
 * policy says since it was last changed: each once. Answers how many were sent.
 */
export async function remindApprovers({ ctx }: { ctx: ServiceContext }): Promise<number> {
  const { db } = ctx;
  const { policy } = await loadPolicy({ db });
  const reminders = [policy.base, ...policy.rules].flatMap(({ reminder }) => reminder ?? []);
  if (reminders.length === 0) return 0;
  const hours = Math.min(...reminders.map(({ remind_after_hours }) => remind_after_hours));
  const escalates = reminders.some(({ escalation }) => escalation !== null);
  const where = and(
    lte(suggestions.updatedAt, new Date(ctx.clock.now().getTime() - hours * HOUR_MS)),
    // Most were reminded of long ago: only what is still to be said is evaluated.
    or(notSent(ACTIONS.remind), escalates ? notSent(ACTIONS.escalate) : undefined),
  );
  let count = 0;
  for await (const row of pendingSuggestions({ db, where })) {
    const due = findDue(row, await evaluateSuggestion({ db, ctx, input: { row } }), ctx);
    for (const step of due) {
      if (await ctx.db.transaction((tx) => sendOnce(tx, ctx, row.id, step))) count += 1;
    }
  }
  return count;
}

/** What is due of a suggestion that nobody has decided since it became pending or was last changed. */
function findDue(
  row: Pick<SuggestionRow, "updatedAt">,
  { evaluation: { reminder } }: EvaluatedSuggestion,
  ctx: Pick<ServiceContext, "clock">,
): Step[] {
  if (reminder === null) return [];
  const waitedHours = (ctx.clock.now().getTime() - row.updatedAt.getTime()) / HOUR_MS;
  const { remind_after_hours, escalation } = reminder;
  return [
    ...(waitedHours >= remind_after_hours ? ["remind" as const] : []),
    ...(escalation !== null && waitedHours >= escalation.after_hours ? ["escalate" as const] : []),
  ];
}

/** False where it was sent before, or is not due any more. */
async function sendOnce(
  tx: Transaction,
  ctx: ServiceContext,
  id: string,
  step: Step,
): Promise<boolean> {
  const [row] = await tx.select().from(suggestions).where(eq(suggestions.id, id)).for("update");
  if (row === undefined || !allows("suggestion", "approve", row.state)) return false;
  const evaluated = await evaluateSuggestion({ db: tx, ctx, input: { row } });
  const { chain, reminder, summary } = evaluated.evaluation;
  if (!findDue(row, evaluated, ctx).includes(step)) return false;
  const action = ACTIONS[step];
  const sent = and(
    ...[eq(auditEvents.subjectId, id), eq(auditEvents.action, action)],
    gt(auditEvents.at, row.updatedAt),
  );
  if ((await tx.$count(auditEvents, sent)) > 0) return false;
  const missing = chain.steps.filter(({ given, count }) => given < count).map(({ role }) => role);
  const roles = step === "remind" ? missing : [reminder?.escalation?.to ?? "admin"];
  const userIds = await findPeople(tx, roles, new Set(chain.approvals.map(({ by }) => by)));
  await recordAudit(tx, ctx, {
    ...{ action, subjectType: "suggestion", subjectId: id },
    after: { summary, roles, people: userIds.length },
  });
  await notify({
    ...{ tx, ctx },
    input: {
      event: step === "remind" ? "approval_reminder" : "approval_escalated",
      subject: { type: "suggestion", id },
      details: {
        reason: summary,
        ...(row.expiresAt !== null && { due_at: row.expiresAt.toISOString() }),
      },
      userIds,
      key: `${action}:${id}:${row.updatedAt.toISOString()}`,
    },
  });
  return true;
}

/** Ids of the people who may give one of these approvals and have not given theirs. */
async function findPeople(
  tx: Transaction,
  roles: readonly ApproverRole[],
  done: ReadonlySet<string>,
): Promise<string[]> {
  const rows = await tx.select().from(users).where(eq(users.isActive, true));
  return rows
    .filter((user) => !done.has(user.email) && roles.some((role) => mayFill(user.roles, role)))
    .map(({ id }) => id);
}
