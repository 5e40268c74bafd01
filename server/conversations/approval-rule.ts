import type { Change } from "@/server/contracts";
import type { ServiceContext, Transaction } from "@/server/platform";
import { evaluatePolicy, loadPolicy } from "@/server/policy";

/**
 * Who has to approve our own part of a conversation before it is executed: the one place that says so, for
 * whoever began it and for whoever was asked. A person, where the policy asks for an approval of these changes:
 * its suggestion is approved once the whole chain is complete, and its execution is checked again.
 */
export async function approvalRule({
  tx,
  ctx,
  input: { changes },
}: {
  tx: Transaction;
  ctx: Pick<ServiceContext, "actor" | "clock">;
  input: { changes: readonly Change[] };
}): Promise<"person" | "none"> {
  if (changes.length === 0) return "none";
  const { policy } = await loadPolicy({ db: tx });
  const { chain } = evaluatePolicy(policy, {
    ...{ product_id: null, basis: "measured", coverage: null, gain_low: null },
    // Not measured yet: the strictest rules are taken to apply.
    changes: changes.map(({ kind, table }) => ({
      kind,
      table,
      risk: "high",
      is_reversible: false,
    })),
    ...{ requested_by: ctx.actor.label, approvals: [] },
    ...{ confirmed_count: 0, auto_approved_today_count: 0, is_stopped: false },
    now: ctx.clock.now().toISOString(),
  });
  return chain.required > 0 ? "person" : "none";
}
