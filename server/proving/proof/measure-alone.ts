import { kindOf } from "@/server/advisor";
import type { MeasuredEvidence, Verdict } from "@/server/contracts";
import { type AskedGain, judgeAsked } from "./ask-gain";
import { evidenceOfSome } from "./evidence";
import { measure } from "./measure";
import type { WeighedInserts } from "./measure-inserts";
import type { MeasureOptions } from "./measure-options";
import { narrowRewrites } from "./narrow-rewrites";
import { readShare } from "./net-gain";
import type { Proof } from "./open-proof";
import type { SetMember } from "./set-member";

/** The change against the unchanged shadow, judged by what is asked of it; or why its data are others. */
export async function measureAlone(
  proof: Proof,
  { candidate, subject }: Pick<SetMember, "candidate" | "subject">,
  asked: AskedGain,
  options: MeasureOptions,
): Promise<(Omit<SetMember, "standing"> & { verdict: Verdict }) | { why: string }> {
  const { evidence, check, inserts } = await measure(proof, subject, options);
  if (evidence === null) {
    return {
      why:
        check.difference === null
          ? `A query stops working: ${check.failure}.`
          : `Not the same data: ${check.difference}.`,
    };
  }
  const kept = withGainingTexts(proof, { candidate, subject }, evidence, inserts);
  const verdict = judgeAsked(kept.evidence, asked, {
    isRemoval: kindOf(candidate.change).isRemoval,
    gainWeight: readShare(inserts),
  });
  return { ...kept, inserts, verdict };
}

/** Queries that were no faster on a summary keep their text, and are no part of its evidence. */
function withGainingTexts(
  proof: Proof,
  member: Pick<SetMember, "candidate" | "subject">,
  evidence: MeasuredEvidence,
  inserts: WeighedInserts[],
): Pick<SetMember, "candidate" | "subject" | "evidence"> {
  const narrowed = narrowRewrites(member, evidence);
  if (narrowed === null) return { ...member, evidence };
  const { targeted } = narrowed.subject;
  return { ...narrowed, evidence: evidenceOfSome(proof, evidence, targeted, inserts) };
}
