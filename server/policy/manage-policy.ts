import { desc } from "drizzle-orm";
import { policies } from "@/drizzle/schema";
import type { ApproverRole, PolicyVersion, PolicyView, SetPolicy } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import {
  AppError,
  type Database,
  publish,
  recordAudit,
  type ServiceContext,
} from "@/server/platform";
import { type CurrentPolicy, loadPeople, loadPolicy, parseStored } from "./current-policy";
import { mayFill } from "./rules/chain";
import { findUnmetChains } from "./rules/check-people";

const VERSIONS_MAX = 50;

/** The policy that holds, and what is wrong with it here. Throws `forbidden`. */
export async function getPolicy({
  ctx,
}: {
  ctx: Pick<ServiceContext, "actor" | "db">;
}): Promise<PolicyView> {
  assertCan(ctx.actor, "policy.read");
  return viewOf(ctx.db, await loadPolicy({ db: ctx.db }));
}

async function viewOf(db: Database, { version, policy, row }: CurrentPolicy): Promise<PolicyView> {
  const people = await loadPeople(db);
  const count = (role: ApproverRole) => people.filter((roles) => mayFill(roles, role)).length;
  return {
    ...{ version, policy, comment: row?.comment ?? "" },
    created_by: row?.createdBy ?? null,
    created_at: row?.createdAt.toISOString() ?? null,
    people: { reviewer: count("reviewer"), operator: count("operator"), admin: count("admin") },
    // A new installation has nobody yet; what is not stored is not anybody's mistake.
    warnings: version === null ? [] : findUnmetChains(policy, people),
  };
}

/** Stored versions, the newest first. Throws `forbidden`. */
export async function listPolicyVersions({
  ctx,
}: {
  ctx: Pick<ServiceContext, "actor" | "db">;
}): Promise<PolicyVersion[]> {
  assertCan(ctx.actor, "policy.read");
  const rows = await ctx.db
    .select()
    .from(policies)
    .orderBy(desc(policies.version))
    .limit(VERSIONS_MAX);
  return rows.map((row) => ({
    ...{ version: row.version, comment: row.comment, created_by: row.createdBy },
    ...{ created_at: row.createdAt.toISOString(), policy: parseStored(row) },
  }));
}

/**
 * Stores a new version, which holds from now on; the old ones are kept. Throws `forbidden`, `conflict` (it was
 * changed since it was read).
 */
export async function setPolicy({
  ctx,
  input: { policy, comment, expected_version },
}: {
  ctx: ServiceContext;
  input: SetPolicy;
}): Promise<PolicyView> {
  assertCan(ctx.actor, "policy.manage");
  const stored = await ctx.db.transaction(async (tx) => {
    const before = await loadPolicy({ db: tx });
    if (before.version !== expected_version) throw changedMeanwhile(before.version);
    const version = (before.version ?? 0) + 1;
    // Of two who store the same version, the second is refused by the key.
    const [row] = await tx
      .insert(policies)
      .values({ version, document: policy, comment, createdBy: ctx.actor.label })
      .onConflictDoNothing()
      .returning();
    if (row === undefined) throw changedMeanwhile(version);
    await recordAudit(tx, ctx, {
      ...{ action: "policy.set", subjectType: "policy", subjectId: String(version) },
      before: { version: before.version, policy: before.policy },
      after: { version, comment, policy },
    });
    await publish(tx, { topic: "policy", id: String(version) });
    return { version, policy, row };
  });
  return viewOf(ctx.db, stored);
}

function changedMeanwhile(version: number | null): AppError {
  return new AppError("conflict", "The policy has changed since it was read; look at it again.", {
    details: { version },
  });
}
