import type { Verdict, VerdictCode } from "@/server/contracts";

/** A verdict that does not accept. */
export function rejection(code: VerdictCode, reason: string): Verdict {
  return { code, is_accepted: false, reason };
}
