// Without zod: pages read it.

/** Why people reject, as they choose it and as *Results* counts it. */
export const REJECT_REASONS = {
  gain_too_small: "The gain is too small",
  too_costly: "Storage or writes cost too much",
  too_risky: "Too risky",
  weak_evidence: "The evidence does not convince",
  bad_timing: "Not now",
  solved_otherwise: "Solved another way",
  other: "Another reason",
} as const;

export type RejectReason = keyof typeof REJECT_REASONS;
export const REJECT_REASON_CODES = Object.keys(REJECT_REASONS) as [RejectReason, ...RejectReason[]];

/** `Too risky: month-end closes today.`; of another reason its words alone. */
export function describeRejection(code: RejectReason, words: string): string {
  if (code === "other") return words;
  return words === "" ? `${REJECT_REASONS[code]}.` : `${REJECT_REASONS[code]}: ${words}`;
}
