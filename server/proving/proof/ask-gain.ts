import type { Candidate, MeasuredEvidence, Verdict } from "@/server/contracts";
import { type JudgeOptions, judge } from "../judge";
import type { ProofInput } from "../types";

/** What the last proof suggested needs so much less of the gain asked, what it rejected so much more. */
const HYSTERESIS = 0.5;

export interface AskedGain {
  /** Share of the time (0..1) that is worth the changes. */
  gainMin: number;
  /** What is asked of changes that no proof knows. */
  usual: number;
  /** Why it is not the usual one, as a sentence; null where it is. */
  why: string | null;
}

/**
 * The gain asked of changes. Measured twice, a gain near one threshold falls on either side of it, and
 * advice that comes and goes with noise is no advice: so there are two of them, as in a Schmitt
 * trigger (Schmitt, A Thermionic Trigger, 1938). Only a clear difference changes what the last
 * proof of the same question said.
 *
 * Several changes judged together were suggested when all of them were, rejected when one was.
 */
export function askGain(
  { gainMin, earlier }: Pick<ProofInput, "gainMin" | "earlier">,
  changes: readonly Candidate[],
): AskedGain {
  const verdicts = changes.map(({ candidate_id }) => earlier.get(candidate_id));
  if (verdicts.includes("rejected")) {
    return {
      gainMin: gainMin * (1 + HYSTERESIS),
      usual: gainMin,
      why: "The last proof rejected it: half as much again as usual is asked.",
    };
  }
  if (verdicts.length > 0 && verdicts.every((verdict) => verdict === "suggested")) {
    return {
      gainMin: gainMin * (1 - HYSTERESIS),
      usual: gainMin,
      why: "The last proof suggested it: half of the usual gain is asked.",
    };
  }
  return { gainMin, usual: gainMin, why: null };
}

/** The verdict on measured evidence by the gain asked; it says so where the usual one would differ. */
export function judgeAsked(
  evidence: MeasuredEvidence,
  { gainMin, usual, why }: AskedGain,
  options: Omit<JudgeOptions, "gainMin">,
): Verdict {
  const byUsual = judge(evidence, { ...options, gainMin: usual });
  if (why === null) return byUsual;
  const verdict = judge(evidence, { ...options, gainMin });
  if (verdict.code === byUsual.code) return byUsual;
  return { ...verdict, reason: `${verdict.reason} ${why}` };
}
