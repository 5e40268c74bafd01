import type { MeasuredEvidence } from "@/server/contracts";
import { lostQueries } from "../judge";
import type { Search } from "./search";
import type { SetMember } from "./set-member";

/**
 * The member by which a set does harm: which did most, alone or where it was added, to the query that
 * loses most of its time. Where none did anything, or nothing was measured, the last: what came before
 * it did no harm yet. Throws RangeError for a set without members.
 */
export function findHarmful(
  { current: { members }, beside }: Pick<Search, "current" | "beside">,
  evidence: MeasuredEvidence | null,
): SetMember {
  const lost = evidence === null ? [] : lostQueries(evidence);
  const worst = lost.sort((one, other) => one.gain.value - other.gain.value)[0]?.fingerprint;
  const harmOf = (member: SetMember) => {
    const { queries } = beside.get(member) ?? member.evidence;
    return -(queries.find(({ fingerprint }) => fingerprint === worst)?.gain.value ?? 0);
  };
  const [last, ...others] = [...members].reverse();
  if (last === undefined) throw new RangeError("There is no member.");
  const [first] = others.filter((one) => harmOf(one) > 0).sort((a, b) => harmOf(b) - harmOf(a));
  return first !== undefined && harmOf(first) > harmOf(last) ? first : last;
}
