import { kindOf } from "@/server/advisor";
import type { ProofInput } from "../types";
import { isSuggested } from "./ask-gain";
import type { SetMember } from "./set-member";

/**
 * In the order in which a set takes them in: what the last proof suggested before what would have to
 * take its place; then executable changes before rewritten texts; then the order of the rules.
 */
export function orderMembers(
  input: Pick<ProofInput, "candidates" | "earlier">,
  members: readonly SetMember[],
): SetMember[] {
  return [...members].sort((one, other) => rank(input, one) - rank(input, other));
}

/** The one that a set begins with, of members in order: what pays only beside others cannot be it. */
export const firstOf = (members: readonly SetMember[]): SetMember | undefined =>
  members.find((member) => member.standing === "alone");

function rank(input: Pick<ProofInput, "candidates" | "earlier">, { candidate }: SetMember): number {
  const { candidates } = input;
  const place = candidates.findIndex((one) => one.candidate_id === candidate.candidate_id);
  const isKnown = isSuggested(input, candidate);
  return place + candidates.length * (kindOf(candidate.change).setRank + (isKnown ? 0 : 2));
}
