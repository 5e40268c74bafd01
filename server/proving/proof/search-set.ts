import { areExclusive } from "@/server/advisor";
import {
  type MeasuredEvidence,
  type ProvedCandidate,
  rewritesOf,
  type SetTrial,
  type Verdict,
} from "@/server/contracts";
import { confirmSet } from "./confirm-set";
import { type DeepEvidence, deepenEvidence } from "./deepen-evidence";
import { dropRedundant } from "./drop-redundant";
import { measuredSet } from "./measured-set";
import { narrowRewrites } from "./narrow-rewrites";
import type { Proof } from "./open-proof";
import { markTrials } from "./pareto";
import type { ProvedAlone } from "./prove-one";
import { addTrial, type Search } from "./search";
import { aloneSet, idsOf, type SetMember } from "./set-member";
import { type SetStep, trySet } from "./try-set";

export interface SearchedSet {
  accepted: ProvedCandidate[];
  dropped: ProvedCandidate[];
  evidence: MeasuredEvidence | null;
  sets: SetTrial[];
}

/**
 * Looks for the best set of the changes that pay alone, and can be stopped at any time: it always
 * holds the best one so far. Each next change is measured beside those chosen; one that excludes a
 * chosen one is measured in its place; afterwards, chosen ones that a later one may have made
 * needless are left out and measured again. What the sidecar can execute comes first, texts that
 * people have to change are judged on top of it.
 *
 * Changes come in the order of the rules, not of their measured gains, and only a clear difference
 * replaces anything: so noise cannot decide between two that are as good as each other.
 */
export async function searchSet(proof: Proof, passed: ProvedAlone[]): Promise<SearchedSet> {
  const trials = passed.flatMap(({ member }) =>
    member?.paysAlone ? [measuredSet([member], member.evidence)] : [],
  );
  const narrowed = new Map<SetMember, SetMember>();
  const members = passed
    .flatMap(({ member }) => (member === null ? [] : [withGainingTexts(member, narrowed)]))
    .sort((one, other) => rank(proof, one) - rank(proof, other));
  // What pays only beside others cannot be the first.
  const first = members.find((member) => member.paysAlone);
  if (first === undefined) {
    const dropped = passed.flatMap(({ proved, member }) => (member === null ? [] : [proved]));
    return { accepted: [], dropped, evidence: null, sets: markTrials(trials, []) };
  }
  const search: Search = {
    proof,
    current: aloneSet(first),
    trials,
    verdicts: new Map(),
    narrowed,
    beside: new Map(),
    count: 0,
  };
  for (const [index, member] of members.entries()) {
    if (member !== first) await consider(search, member, index / members.length);
    showBest(search);
  }
  await dropRedundant(search);
  const evidence = await confirmSet(search);
  showBest(search);
  return conclude(search, passed, await deepenEvidence(search, evidence));
}

function showBest({ proof, current }: Search): void {
  const { members, gain } = current;
  if (members.length > 0) proof.progress.setBest({ candidate_ids: idsOf(members), gain });
}

/**
 * Executable changes in the order of the rules, those that pay alone first, then rewritten texts in
 * the same order.
 */
function rank({ input }: Proof, { candidate, paysAlone }: SetMember): number {
  const count = input.candidates.length;
  const place = input.candidates.findIndex((one) => one.candidate_id === candidate.candidate_id);
  const isText = rewritesOf(candidate.change).length > 0;
  return place + (paysAlone ? 0 : count) + (isText ? 2 * count : 0);
}

/**
 * Queries that were no faster on a summary keep their text, and stand no longer in its evidence. The
 * workload's gain stays as measured with them: what is left gains no less.
 */
function withGainingTexts(member: SetMember, narrowed: Map<SetMember, SetMember>): SetMember {
  const narrow = narrowRewrites(member, member.evidence);
  if (narrow === null) return member;
  const texts = narrow.subject.targeted;
  const queries = member.evidence.queries.filter((query) => texts.has(query.fingerprint));
  const evidence = { ...member.evidence, queries };
  const kept = { ...narrow, evidence, paysAlone: member.paysAlone };
  narrowed.set(member, kept);
  return kept;
}

/** What a member was narrowed to last. */
function latest(narrowed: Map<SetMember, SetMember>, member: SetMember): SetMember {
  const next = narrowed.get(member);
  return next === undefined ? member : latest(narrowed, next);
}

/** Beside the chosen ones, or in the place of those it excludes. */
async function consider(search: Search, member: SetMember, part: number): Promise<void> {
  const { current, proof } = search;
  const excluded = current.members.filter((one) =>
    areExclusive(one.candidate.change, member.candidate.change),
  );
  const better = excluded.find((one) => isClearlyBetter(one, member));
  if (better !== undefined) {
    search.verdicts.set(member, excludedBy(better));
    return;
  }
  const kept = current.members.filter((one) => !excluded.includes(one));
  // What does harm alone, or nothing, needs others to stand beside.
  if (!member.paysAlone && kept.length === 0) return;
  proof.progress.report(
    "set",
    part,
    `Measuring ${member.candidate.title} beside the chosen changes`,
  );
  const measureWith = (one: SetMember) =>
    trySet(proof, current, [...kept, one], {
      judged: [one, ...excluded],
      isReplacement: excluded.length > 0,
      name: `set-${search.count++}`,
      span: [part, part + 0.1],
    });
  const step = await measureWith(member);
  const isNarrowable = step.better === null && kept.length > 0;
  const narrowed = isNarrowable ? narrowRewrites(member, step.evidence) : null;
  if (narrowed === null) return take(search, step, member, excluded);
  search.narrowed.set(member, narrowed);
  take(search, await measureWith(narrowed), narrowed, excluded);
}

function take(search: Search, step: SetStep, member: SetMember, excluded: SetMember[]): void {
  if (step.trial !== null) addTrial(search, step.trial);
  if (step.better === null) {
    search.verdicts.set(member, step.verdict);
    return;
  }
  search.current = step.better;
  if (member.paysAlone) {
    search.verdicts.delete(member);
  } else {
    // It is suggested for what it adds to the others: that is its verdict, and its evidence.
    const reason = `Beside the other changes: ${step.verdict.reason}`;
    search.verdicts.set(member, { ...step.verdict, reason });
    if (step.evidence !== null) search.beside.set(member, step.evidence);
  }
  for (const one of excluded) {
    search.verdicts.set(one, excludedBy(member));
  }
}

function excludedBy({ candidate }: SetMember): Verdict {
  const reason = `Excludes “${candidate.title}”, which gained more.`;
  return { code: "superseded_by_set", is_accepted: false, reason };
}

/** The intervals of the gains alone do not even touch: no need to measure one for the other. */
function isClearlyBetter(one: SetMember, other: SetMember): boolean {
  return one.evidence.workload.gain.low > other.evidence.workload.gain.high;
}

function conclude(
  { current, verdicts, narrowed, beside, trials, proof }: Search,
  passed: ProvedAlone[],
  { evidence, alone: deepened }: DeepEvidence,
): SearchedSet {
  const dropped: ProvedCandidate[] = [];
  const accepted: ProvedCandidate[] = [];
  for (const { proved, member: original } of passed) {
    if (original === null) continue;
    const member = latest(narrowed, original);
    const verdict = verdicts.get(member) ?? proved.verdict;
    if (current.members.includes(member)) {
      const evidence = beside.get(member) ?? deepened.get(member) ?? proved.evidence;
      accepted.push({ candidate: member.candidate, verdict, evidence });
      continue;
    }
    if (!original.paysAlone) {
      dropped.push(proved);
      continue;
    }
    const reason = `${verdict.reason} Alone: ${proved.verdict.reason}`;
    const lost = { ...proved, verdict: { ...verdict, reason } };
    dropped.push(lost);
    proof.progress.addVerdict(lost);
  }
  const order = (one: ProvedCandidate) =>
    current.members.findIndex((member) => member.candidate === one.candidate);
  accepted.sort((one, other) => order(one) - order(other));
  return { accepted, dropped, evidence, sets: markTrials(trials, idsOf(current.members)) };
}
