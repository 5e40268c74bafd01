import type { Candidate, MeasuredEvidence, Verdict } from "@/server/contracts";
import { type JudgeOptions, judge, LOSS_MIN } from "../judge";
import type { ProofInput } from "../types";

/** What the last proof suggested needs so much less of the gain asked, what it rejected so much more. */
const HYSTERESIS = 0.5;

/** What decides over a change, as shares of the time (0..1). */
interface Thresholds {
  /** Gain that is worth it. */
  gainMin: number;
  /** Loss of one query that it may not cost. */
  lossMin: number;
}

export interface AskedGain extends Thresholds {
  /** What is asked of changes that no proof knows. */
  usual: Thresholds;
  /** Why it is not the usual one, as a sentence; null where it is. */
  why: string | null;
}

/** Did the last proof of the same question suggest it? */
export const isSuggested = (
  { earlier }: Pick<ProofInput, "earlier">,
  { candidate_id }: Candidate,
): boolean => earlier.get(candidate_id) === "suggested";

/**
 * The gain asked of changes. Measured twice, a gain near one threshold falls on either side of it, and
 * advice that comes and goes with noise is no advice: so there are two of them, as in a Schmitt
 * trigger (Schmitt, A Thermionic Trigger, 1938). Only a clear difference changes what the last
 * proof of the same question said.
 *
 * Several changes judged together were suggested when all of them were, rejected when one was.
 * `excluded` are those whose place they would take: what was suggested does not give way for little.
 * Of the loss, what was rejected may cause half; no more is allowed to what was suggested.
 */
export function askGain(
  { gainMin, earlier }: Pick<ProofInput, "gainMin" | "earlier">,
  changes: readonly Candidate[],
  excluded: readonly Candidate[] = [],
): AskedGain {
  const usual = { gainMin, lossMin: LOSS_MIN };
  const more = gainMin * (1 + HYSTERESIS);
  const wasSuggested = (one: Candidate) => isSuggested({ earlier }, one);
  if (changes.some(({ candidate_id }) => earlier.get(candidate_id) === "rejected")) {
    return {
      gainMin: more,
      lossMin: LOSS_MIN * (1 - HYSTERESIS),
      usual,
      why: "The last proof rejected it: half as much again as usual is asked, and half the loss allowed.",
    };
  }
  if (changes.length > 0 && changes.every(wasSuggested)) {
    return {
      ...usual,
      gainMin: gainMin * (1 - HYSTERESIS),
      usual,
      why: "The last proof suggested it: half of the usual gain is asked.",
    };
  }
  if (excluded.some(wasSuggested)) {
    return {
      ...usual,
      gainMin: more,
      usual,
      why: "The last proof suggested what it would replace: half as much again as usual is asked.",
    };
  }
  return { ...usual, usual, why: null };
}

/** The verdict on measured evidence by the gain asked; it says so where the usual one would differ. */
export function judgeAsked(
  evidence: MeasuredEvidence,
  { usual, why, ...asked }: AskedGain,
  options: Omit<JudgeOptions, keyof Thresholds>,
): Verdict {
  const byUsual = judge(evidence, { ...options, ...usual });
  if (why === null) return byUsual;
  const verdict = judge(evidence, { ...options, ...asked });
  if (verdict.code === byUsual.code) return byUsual;
  return { ...verdict, reason: `${verdict.reason} ${why}` };
}
