import type { Stateful } from "@/server/contracts";
import { type AuditEntry, recordAudit } from "./audit";
import type { Transaction } from "./db";
import { AppError } from "./errors";
import type { ServiceContext } from "./root";

interface Subject {
  entity: Stateful;
  id: string;
}

/** The audit row of a change of state; `note` is kept beside the new state. */
export async function auditTransition(
  tx: Transaction,
  ctx: Pick<ServiceContext, "actor" | "requestId">,
  {
    entity,
    id,
    transition: { from, to, action },
    note = {},
  }: Subject & {
    /** The entry of TRANSITIONS. */
    transition: { from: readonly string[]; to: string } & Pick<AuditEntry, "action">;
    note?: Record<string, unknown> | undefined;
  },
): Promise<void> {
  await recordAudit(tx, ctx, {
    ...{ action, subjectType: entity, subjectId: id },
    before: { state: from.length === 1 ? from[0] : from },
    after: { state: to, ...note },
  });
}

/**
 * Why a transition did not apply: `not_found`, or `conflict` with the state it is in (`since` where that is
 * known) and those it should have been in.
 */
export function lostRace({
  entity,
  id,
  from,
  present,
}: Subject & {
  from: readonly string[];
  present: { state: string; since?: Date | null } | undefined;
}): AppError {
  if (present === undefined) return new AppError("not_found", `There is no ${entity} ${id}.`);
  const { state } = present;
  const since = present.since?.toISOString();
  const name = entity.charAt(0).toUpperCase() + entity.slice(1);
  return new AppError(
    "conflict",
    `${name} ${id} is ${state}${since ? ` since ${since}` : ""}; it must be ${from.join(" or ")}.`,
    { details: { state, ...(since && { since }), expected: from } },
  );
}
