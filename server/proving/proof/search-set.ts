import type { MeasuredEvidence, ProvedCandidate, SetTrial, Verdict } from "@/server/contracts";
import { confirmSet } from "./confirm-set";
import { consider, isExpected } from "./consider";
import { type DeepEvidence, deepenEvidence } from "./deepen-evidence";
import { dropRedundant } from "./drop-redundant";
import { bestCase } from "./expected-time";
import { measuredSet } from "./measured-set";
import type { Proof } from "./open-proof";
import { firstOf, orderMembers } from "./order-members";
import { markTrials } from "./pareto";
import type { ProvedAlone } from "./prove-one";
import type { Search } from "./search";
import { aloneSet, idsOf, type SetMember } from "./set-member";
import { takeBestAlone } from "./take-best-alone";
import { MARGINAL_SHARE } from "./try-set";

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
 * needless are left out and measured again. What pays alone comes first, and of that what the
 * sidecar can execute before texts that people have to change, what is expected to gain little beside
 * the chosen ones after the rest; then what may pay beside others.
 *
 * Changes come in the order of the rules, not of their measured gains, and only a clear difference
 * replaces anything: so noise cannot decide between two that are as good as each other.
 */
export async function searchSet(proof: Proof, passed: ProvedAlone[]): Promise<SearchedSet> {
  const trials = passed.flatMap(({ member }) =>
    member?.standing === "alone" ? [measuredSet([member], member.evidence)] : [],
  );
  const members = orderMembers(
    proof.input,
    passed.flatMap(({ member }) => member ?? []),
  );
  const first = firstOf(members);
  if (first === undefined) {
    const dropped = passed.flatMap(({ proved, member }) => (member === null ? [] : [proved]));
    return { accepted: [], dropped, evidence: null, sets: markTrials(trials, []) };
  }
  const search: Search = {
    proof,
    current: aloneSet(first),
    members,
    trials,
    verdicts: new Map(),
    narrowed: new Map(),
    beside: new Map(),
    harmful: new Set(),
    passedOver: [],
    count: 0,
  };
  showBest(search);
  const others = members.filter((one) => one.standing === "alone" && one !== first);
  const postponed: SetMember[] = [];
  for (const [index, member] of others.entries()) {
    if (isExpected(search, member)) await consider(search, member, index / members.length);
    else postponed.push(member);
    showBest(search);
  }
  for (const member of postponed) {
    await consider(search, member, 0.6);
    showBest(search);
  }
  for (const member of hopeful(search)) {
    await consider(search, member, 0.7);
    showBest(search);
  }
  // What was passed over beside fewer changes may do more beside those chosen since.
  for (const member of search.passedOver.splice(0)) await consider(search, member, 0.8);
  takeBestAlone(search);
  showBest(search);
  await dropRedundant(search);
  const evidence = await confirmSet(search);
  showBest(search);
  return conclude(search, passed, await deepenEvidence(search, evidence));
}

/** Those that may pay beside the chosen changes, what could save most first. */
function hopeful({ proof, current, members }: Search): SetMember[] {
  return members
    .filter((one) => one.standing === "beside")
    .map((member) => ({ member, best: bestCase(proof.replays, current.left, member) }))
    .filter(({ best }) => best >= proof.input.gainMin * MARGINAL_SHARE)
    .sort((one, other) => other.best - one.best)
    .map(({ member }) => member);
}

function showBest({ proof, current }: Search): void {
  const { members, gain } = current;
  if (members.length > 0) proof.progress.setBest({ candidate_ids: idsOf(members), gain });
}

/** What a member was narrowed to last. */
function latest(narrowed: Map<SetMember, SetMember>, member: SetMember): SetMember {
  const next = narrowed.get(member);
  return next === undefined ? member : latest(narrowed, next);
}

function withReason(proved: ProvedCandidate, verdict: Verdict, reason: string): ProvedCandidate {
  return { ...proved, verdict: { ...verdict, reason } };
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
    // What does not pay alone keeps that verdict, with what it did beside the others.
    const lost =
      original.standing === "alone"
        ? withReason(proved, verdict, `${verdict.reason} Alone: ${proved.verdict.reason}`)
        : withReason(
            proved,
            proved.verdict,
            [...new Set([proved.verdict.reason, verdict.reason])].join(" "),
          );
    dropped.push(lost);
    proof.progress.addVerdict(lost);
  }
  const order = (one: ProvedCandidate) =>
    current.members.findIndex((member) => member.candidate === one.candidate);
  accepted.sort((one, other) => order(one) - order(other));
  return { accepted, dropped, evidence, sets: markTrials(trials, idsOf(current.members)) };
}
