import type { Candidate, Interval, MeasuredEvidence } from "@/server/contracts";
import { type Left, leftAfter } from "./left-time";
import type { WeighedInserts } from "./measure-inserts";
import type { Subject } from "./subject";

/**
 * `alone`: it pays alone. `beside`: it may pay beside others. `mending`: alone it does nothing; of
 * use only where another change takes from a query what it serves.
 */
export type Standing = "alone" | "beside" | "mending";

/** A candidate that may join the set, with its built shadow. */
export interface SetMember {
  standing: Standing;
  candidate: Candidate;
  subject: Subject;
  evidence: MeasuredEvidence;
  inserts: WeighedInserts[];
}

/** Changes chosen so far, applied together. */
export interface ChosenSet {
  members: SetMember[];
  subject: Subject;
  /** Gain of the workload against the unchanged shadow. */
  gain: Interval;
  inserts: WeighedInserts[];
  /** See netGain. */
  netGain: number;
  left: Left;
}

/** A set of the one change, measured alone. */
export function aloneSet(member: SetMember): ChosenSet {
  const { evidence, subject, inserts } = member;
  const gain = evidence.workload.gain;
  const netGain = evidence.net_gain ?? gain.value;
  const left = leftAfter(new Map(), evidence.queries);
  return { members: [member], subject, gain, inserts, netGain, left };
}

export const idsOf = (members: readonly SetMember[]): string[] =>
  members.map((member) => member.candidate.candidate_id).sort();

/**
 * Gain of two steps, each measured against the one before: 1 − (1 − first)(1 − second). The steps
 * were measured apart, so the half-widths of their intervals (as log ratios) add up as squares.
 */
export function composeGains(first: Interval, second: Interval): Interval {
  const log = (gain: number) => Math.log(Math.max(1e-6, 1 - gain));
  const value = log(first.value) + log(second.value);
  const width = (end: "low" | "high") =>
    Math.hypot(log(first[end]) - log(first.value), log(second[end]) - log(second.value));
  return {
    value: 1 - Math.exp(value),
    low: 1 - Math.exp(value + width("low")),
    high: 1 - Math.exp(value - width("high")),
  };
}
