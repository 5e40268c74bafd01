import type { Change } from "@/server/contracts";
import type { ServiceContext } from "@/server/platform";

/**
 * Who has to approve our own part of a conversation before it is executed: the one place that says so,
 * for whoever began it and for whoever was asked. Today: a person, whenever our own product changes.
 */
export function approvalRule({
  input: { changes },
}: {
  ctx: ServiceContext;
  input: { changes: readonly Change[] };
}): "person" | "none" {
  return changes.length > 0 ? "person" : "none";
}
