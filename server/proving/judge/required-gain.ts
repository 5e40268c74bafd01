import type { Candidate, ChangeKind, MeasuredEvidence, Verdict } from "@/server/contracts";
import { type JudgeOptions, judge, REGRESSION_MIN } from "./judge";

/** What a proof said of a change, for the next one of the same question. */
export type EarlierVerdict = "suggested" | "rejected";

/** By candidate id; empty for the first proof. */
export type EarlierVerdicts = ReadonlyMap<string, EarlierVerdict>;

/** By how much more than usual a kind of change must gain, and why, as a sentence; empty: nothing was learned. */
export type LearnedGains = ReadonlyMap<ChangeKind, { factor: number; why: string }>;

/** What the required gain depends on beside the changes themselves. */
interface Asked {
  gainMin: number;
  earlier: EarlierVerdicts;
  /** Left out: nothing was learned. */
  learned?: LearnedGains | undefined;
}

/** null where no measurement decided: the next proof knows nothing of the change. */
export function earlierVerdict(
  verdict: Pick<Verdict, "basis" | "is_accepted">,
): EarlierVerdict | null {
  if (verdict.basis !== "measured") return null;
  return verdict.is_accepted ? "suggested" : "rejected";
}

/** What a whole proof said, by candidate id, of the changes that it measured. */
export function earlierVerdicts(
  proved: Iterable<{ candidateId: string; verdict: Pick<Verdict, "basis" | "is_accepted"> | null }>,
): Map<string, EarlierVerdict> {
  const verdicts = new Map<string, EarlierVerdict>();
  for (const { candidateId, verdict } of proved) {
    const earlier = verdict && earlierVerdict(verdict);
    if (earlier !== null) verdicts.set(candidateId, earlier);
  }
  return verdicts;
}

/** What the last proof suggested needs so much less of the required gain, what it rejected so much more. */
const HYSTERESIS = 0.5;
/** What a step of a set must gain, as a part of the threshold. */
export const MARGINAL_SHARE = 0.5;

/** What decides over a change, as shares of the time (0..1). */
interface Thresholds {
  /** Gain that is worth it. */
  gainMin: number;
  /** Slowdown of one query that it may not cost. */
  regressionMin: number;
}

export interface GainThreshold extends Thresholds {
  /** For changes that no earlier proof knows. */
  usual: Thresholds;
  /** Why it is not the usual one, as a sentence; null where it is. */
  why: string | null;
}

/** Did the last proof of the same question suggest it? */
export const wasSuggested = (
  earlier: EarlierVerdicts,
  { candidate_id }: Pick<Candidate, "candidate_id">,
): boolean => earlier.get(candidate_id) === "suggested";

/**
 * The gain required of changes. Measured twice, a gain near one threshold falls on either side of it,
 * so there are two of them, as in a Schmitt trigger (Schmitt, A Thermionic Trigger, 1938): only a
 * clear difference changes what the last proof of the same question said.
 *
 * Several changes judged together were suggested when all of them were, rejected when one was.
 * `replaced` are those whose place they would take: what was suggested does not give way for little.
 * What was rejected may slow a query by half as much; no more is allowed to what was suggested.
 *
 * Of all this, what executions taught of the kind of change asks for more (the most of any of several).
 */
export function requiredGain(
  { learned, ...asked }: Asked,
  changes: readonly Candidate[],
  replaced: readonly Candidate[] = [],
): GainThreshold {
  const lesson = strictestLesson(learned, changes);
  if (lesson === null) return gainByHysteresis(asked, changes, replaced);
  const raised = { ...asked, gainMin: asked.gainMin * lesson.factor };
  const { why, ...threshold } = gainByHysteresis(raised, changes, replaced);
  const usual = { ...threshold.usual, gainMin: asked.gainMin };
  return { ...threshold, usual, why: why === null ? lesson.why : `${why} ${lesson.why}` };
}

function strictestLesson(learned: LearnedGains | undefined, changes: readonly Candidate[]) {
  const lessons = changes.flatMap(({ change }) => learned?.get(change.kind) ?? []);
  return lessons.sort((a, b) => b.factor - a.factor)[0] ?? null;
}

function gainByHysteresis(
  { gainMin, earlier }: Omit<Asked, "learned">,
  changes: readonly Candidate[],
  replaced: readonly Candidate[],
): GainThreshold {
  const usual = { gainMin, regressionMin: REGRESSION_MIN };
  const more = gainMin * (1 + HYSTERESIS);
  if (changes.some(({ candidate_id }) => earlier.get(candidate_id) === "rejected")) {
    return {
      gainMin: more,
      regressionMin: REGRESSION_MIN * (1 - HYSTERESIS),
      usual,
      why: "The last proof rejected it: half as much again as usual is required, and half the slowdown allowed.",
    };
  }
  if (changes.length > 0 && changes.every((one) => wasSuggested(earlier, one))) {
    return {
      ...usual,
      gainMin: gainMin * (1 - HYSTERESIS),
      usual,
      why: "The last proof suggested it: half of the usual gain is required.",
    };
  }
  if (replaced.some((one) => wasSuggested(earlier, one))) {
    return {
      ...usual,
      gainMin: more,
      usual,
      why: "The last proof suggested what it would replace: half as much again as usual is required.",
    };
  }
  return { ...usual, usual, why: null };
}

/** What changes must gain beside a set, in the place of those replaced. */
export function marginalThreshold(
  { gainMin, ...asked }: Asked,
  changes: readonly Candidate[],
  replaced: readonly Candidate[] = [],
): GainThreshold {
  return requiredGain({ ...asked, gainMin: gainMin * MARGINAL_SHARE }, changes, replaced);
}

/** The same threshold, whatever single queries lose: only where that passes is a regression remeasured. */
export function anyRegression(threshold: GainThreshold): GainThreshold {
  const regressionMin = Number.POSITIVE_INFINITY;
  return { ...threshold, regressionMin, usual: { ...threshold.usual, regressionMin } };
}

/** The verdict on measured evidence by the required gain; it says so where the usual one would differ. */
export function judgeBy(
  evidence: MeasuredEvidence,
  { usual, why, ...required }: GainThreshold,
  options: Omit<JudgeOptions, keyof Thresholds>,
): Verdict {
  const byUsual = judge(evidence, { ...options, ...usual });
  if (why === null) return byUsual;
  const verdict = judge(evidence, { ...options, ...required });
  if (verdict.code === byUsual.code) return byUsual;
  return { ...verdict, reason: `${verdict.reason} ${why}` };
}
