import type { MeasuredEvidence } from "@/server/contracts";
import { addCold } from "./add-cold";
import { attempt } from "./attempt";
import { extrapolate } from "./extrapolate";
import type { Proof } from "./open-proof";
import type { Search } from "./search";
import type { SetMember } from "./set-member";
import type { Subject } from "./subject";

export interface DeepEvidence {
  /** Of the set; null for a set of one. */
  evidence: MeasuredEvidence | null;
  alone: Map<SetMember, MeasuredEvidence>;
}

/**
 * What is suggested is looked at more closely while time is left: gain on the whole tables where
 * samples were measured (of the set, or the only change), and cold runs.
 */
export async function deepenEvidence(
  { proof, current }: Search,
  evidence: MeasuredEvidence | null,
): Promise<DeepEvidence> {
  const alone = new Map<SetMember, MeasuredEvidence>();
  let ofSet = evidence;
  if (evidence !== null) {
    const extrapolation = await tryExtrapolate(proof, current.subject, evidence);
    ofSet = await addCold(proof, current.subject, { ...evidence, extrapolation });
  }
  for (const member of current.members.filter((one) => one.standing === "alone")) {
    const extrapolation =
      evidence === null ? await tryExtrapolate(proof, member.subject, member.evidence) : null;
    const known = { ...member.evidence, extrapolation };
    alone.set(member, await addCold(proof, member.subject, known));
  }
  return { evidence: ofSet, alone };
}

/** null when it cannot be made: the measurement itself stands without it. */
async function tryExtrapolate(proof: Proof, subject: Subject, evidence: MeasuredEvidence) {
  const tried = await attempt(proof, () => extrapolate(proof, subject, evidence));
  return "result" in tried ? tried.result : null;
}
