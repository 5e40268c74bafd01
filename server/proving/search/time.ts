import { type Candidate, type MeasuredEvidence, PAIRS_MIN } from "@/server/contracts";
import type { Member, SearchClock, SearchState } from "./state";

/** No step begins after this part of the budget: the rest is for what began before. */
const PLANNED_SHARE = 0.85;
/** What began in time ends by this part of it; the rest is for clearing up. */
const DEADLINE_SHARE = 0.97;
/** Part of the planned time that a proof on samples keeps for telling what full size gains. */
const DEEPEN_SHARE = 0.2;
/** However much passes, so much of the time is for measuring candidates alone. */
const ALONE_SHARE_MIN = 0.5;
/** Parts of the planned time that one measurement may take for pairs beyond the minimum. */
const EXTRA_ALONE_SHARE = 0.015;
const EXTRA_SET_SHARE = 0.04;

/**
 * The clock of a proof with this budget. A gain on a sample is not yet one on the whole table: where
 * tables are sampled, time is kept for a deeper look.
 */
export function createClock(
  budgetMs: number,
  completionMs: number,
  hasSamples: boolean,
): SearchClock {
  const planned = budgetMs * PLANNED_SHARE;
  const kept = hasSamples ? 1 - DEEPEN_SHARE : 1;
  return {
    elapsedMs: 0,
    endMs: planned * kept,
    deadlineMs: budgetMs * DEADLINE_SHARE * kept,
    deepenEndMs: planned,
    budgetMs,
    completionMs: Math.max(budgetMs, completionMs),
  };
}

/** Past the first advice nothing ends earlier than the completion itself. */
export function toCompletion(clock: SearchClock): SearchClock {
  const { completionMs } = clock;
  return { ...clock, endMs: completionMs, deadlineMs: completionMs, deepenEndMs: completionMs };
}

interface MeasuredAlone {
  candidate: Candidate;
  evidence: MeasuredEvidence;
}

/** ms that building and measuring each of these changes took alone. */
function aloneTimeMs(members: readonly Pick<MeasuredAlone, "evidence">[]): number {
  return sum(members.map(({ evidence }) => evidence.duration_ms + evidence.build_ms));
}

/**
 * Estimate, ms: measuring these changes once more, together, with the least number of pairs. By what
 * each took alone: queries that several of them touch are timed once, a table is checked and inserted
 * into once. 0 for a single one: it is measured already.
 */
function togetherTimeMs(members: readonly MeasuredAlone[]): number {
  if (members.length < 2) return 0;
  const ofQueries = new Map<string, number>();
  const ofTables = new Map<string, number>();
  for (const { candidate, evidence } of members) {
    let pairsMs = 0;
    for (const { fingerprint, baseline, candidate } of evidence.queries) {
      pairsMs += sum(baseline.samples_ms) + sum(candidate.samples_ms);
      keepLonger(ofQueries, fingerprint, PAIRS_MIN * (baseline.median_ms + candidate.median_ms));
    }
    keepLonger(ofTables, candidate.change.table, Math.max(0, evidence.duration_ms - pairsMs));
  }
  return sum([...ofQueries.values(), ...ofTables.values()]);
}

/** When a step that leads to these changes must end: they are measured together at last. */
export function stepUntilMs({ deadlineMs }: SearchClock, target: readonly MeasuredAlone[]): number {
  return deadlineMs - togetherTimeMs(target);
}

/**
 * Is there time for a step that leads to these changes? As long as those that it adds took alone,
 * and then for measuring all of them together.
 */
export function hasTimeFor(
  clock: SearchClock,
  target: readonly MeasuredAlone[],
  added: readonly MeasuredAlone[] = [],
): boolean {
  const untilMs = Math.min(clock.endMs, stepUntilMs(clock, target) - aloneTimeMs(added));
  return clock.elapsedMs <= untilMs;
}

/**
 * When measuring candidates alone ends. What may join a set, in the order in which it is taken in,
 * has to be built and measured one beside the other, which takes about as long as it took alone (the
 * first is measured already), and all of it together at the end. A single one needs no time for a
 * set: the rest may show more that do not pay, which people want to see.
 */
export function aloneUntilMs(state: SearchState, joining: readonly Member[]): number {
  const { clock } = state;
  if (state.mode === "completing" || joining.length < 2) return clock.endMs;
  const first = joining.find(({ role }) => role === "standalone");
  const stepsMs = aloneTimeMs(joining.filter((one) => one !== first));
  const untilMs = Math.min(clock.endMs, stepUntilMs(clock, joining) - stepsMs);
  return Math.max(clock.endMs * ALONE_SHARE_MIN, untilMs);
}

/**
 * Is there time to begin measuring another candidate alone? One that takes as long as those before it
 * has to end in time: what began would take the time of the set.
 */
export function hasTimeAlone(
  { clock, mode }: SearchState,
  untilMs: number,
  measured: readonly Member[],
): boolean {
  const typicalMs = measured.length > 0 ? aloneTimeMs(measured) / measured.length : 0;
  const beginMs = Math.max(clock.endMs * ALONE_SHARE_MIN, untilMs - typicalMs);
  return clock.elapsedMs <= (mode === "completing" ? untilMs : Math.min(untilMs, beginMs));
}

/** A doubtful measurement is made again only while there is time to begin it. */
export function canRepeat({ clock, mode }: SearchState): boolean {
  const endMs = mode === "completing" ? clock.completionMs : clock.budgetMs;
  return clock.elapsedMs <= endMs;
}

/** For pairs beyond the minimum: of one candidate, so many of which are still to be measured. */
export function extraAloneMs({ clock, mode }: SearchState, untilMs: number, open: number): number {
  const share = EXTRA_ALONE_SHARE * PLANNED_SHARE * clock.budgetMs;
  if (mode === "completing") return share;
  return Math.max(0, Math.min(share, (untilMs - clock.elapsedMs) / (2 * Math.max(1, open))));
}

/** For pairs beyond the minimum in a step of the set. */
export function extraSetMs({ clock }: SearchState): number {
  const share = EXTRA_SET_SHARE * PLANNED_SHARE * clock.budgetMs;
  return Math.max(0, Math.min(share, clock.endMs - clock.elapsedMs));
}

function keepLonger(times: Map<string, number>, name: string, ms: number): void {
  times.set(name, Math.max(times.get(name) ?? 0, ms));
}

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);
