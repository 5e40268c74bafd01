import {
  type Finding,
  makeVerdict,
  type ProofResult,
  type ProvedCandidate,
  type SetTrial,
  type Verdict,
} from "@/server/contracts";
import { suggestedSet } from "./choose";
import { titlesOf } from "./record";
import { baseOf, excludedBy, idsOf, isExpected, layerOf } from "./sets";
import {
  type AloneOutcome,
  type ChosenSet,
  type MeasuredSet,
  type Member,
  type SearchState,
  setKey,
} from "./state";

/** The result as things stand: the suggested changes, and a verdict for every other candidate. */
export function concludeSearch(
  state: SearchState,
  known: { excluded: readonly ProvedCandidate[]; findings: readonly Finding[] },
): ProofResult {
  const suggested = suggestedSet(state);
  const ids = new Set(idsOf(suggested.members));
  const others = state.problem.candidates.filter(({ candidate_id }) => !ids.has(candidate_id));
  const rejected = others.map((candidate): ProvedCandidate => {
    const outcome = state.alone.get(candidate.candidate_id);
    return outcome?.kind === "member"
      ? notChosen(state, suggested, outcome.member)
      : withoutRole(candidate, outcome);
  });
  // Those that could have been chosen first.
  const isMember = ({ candidate }: ProvedCandidate) =>
    state.alone.get(candidate.candidate_id)?.kind === "member";
  const deepened = state.deepened?.key === setKey(suggested.members) ? state.deepened : null;
  return {
    accepted: suggested.members.map((one) => accepted(state, one)),
    alternatives: [
      ...rejected.filter(isMember),
      ...rejected.filter((one) => !isMember(one)),
      ...known.excluded,
    ],
    set_evidence: suggested.members.length > 1 ? (deepened?.set ?? suggested.direct) : null,
    sets: markTrials(state.trials, idsOf(suggested.members)),
    findings: [...known.findings],
  };
}

function accepted(state: SearchState, member: Member): ProvedCandidate {
  const beside = state.besideOthers.get(member.id);
  if (beside !== undefined && member.role !== "standalone") {
    return { candidate: member.candidate, ...beside };
  }
  const evidence = state.deepened?.alone.get(member.id) ?? member.evidence;
  return { candidate: member.candidate, verdict: member.verdict, evidence };
}

function withoutRole(
  candidate: ProvedCandidate["candidate"],
  outcome: Exclude<AloneOutcome, { kind: "member" }> | undefined,
): ProvedCandidate {
  if (outcome?.kind === "rejected") {
    const { verdict, evidence } = outcome;
    return { candidate: outcome.candidate, verdict, evidence };
  }
  const why =
    outcome === undefined
      ? "The time of this proof ended before its turn."
      : "The time of this proof ended while it was measured.";
  return { candidate, verdict: makeVerdict("not_reached", why), evidence: null };
}

/** What does not pay alone keeps that verdict, with what it did beside the others. */
function notChosen(state: SearchState, suggested: ChosenSet, member: Member): ProvedCandidate {
  const { candidate, evidence, verdict: alone } = member;
  const inSet = state.rejections.get(member.id)?.verdict;
  if (member.role !== "standalone") {
    const reason = [...new Set([alone.reason, inSet?.reason ?? alone.reason])].join(" ");
    return { candidate, evidence, verdict: { ...alone, reason } };
  }
  const verdict = inSet ?? undecided(state, suggested, member);
  const reason = `${verdict.reason} Alone: ${alone.reason}`;
  return { candidate, evidence, verdict: { ...verdict, reason } };
}

/** It pays alone, and was not measured beside the chosen changes. */
function undecided(state: SearchState, suggested: ChosenSet, member: Member): Verdict {
  const isChosen = state.chosen.members.some(({ id }) => id === member.id);
  if (isChosen && state.chosen.direct !== null) return displaced(state, suggested, member);
  const base = baseOf(state, layerOf(member));
  const excluded = excludedBy(base.members, member);
  if (excluded.some((one) => layerOf(one) !== layerOf(member))) {
    const why = `Excludes ${titlesOf(excluded)}: advice does not replace what can be executed.`;
    return makeVerdict("excluded_by_rule", why);
  }
  if (excluded.length > 0 && !isExpected(state, base, [member])) {
    const why = `Excludes ${titlesOf(excluded)}. By what each gained alone (an estimate) it would gain too little more beside the chosen changes.`;
    return makeVerdict("excluded_on_estimate", why);
  }
  const others = titlesOf(suggested.members);
  const why = `The time of this proof ended before it was measured beside ${others || "others"}.`;
  return makeVerdict("not_reached", why);
}

/** It was chosen, and a measured set that surely gains more is suggested instead. */
function displaced(state: SearchState, suggested: ChosenSet, member: Member): Verdict {
  const others = titlesOf(suggested.members);
  const excluded = excludedBy(suggested.members, member);
  if (excluded.length > 0) {
    return makeVerdict(
      "conflicts_in_set",
      `Excludes ${titlesOf(excluded)}, which surely gains more.`,
    );
  }
  const failed = suggested.members
    .map(({ id }) => state.rejections.get(id)?.verdict)
    .find((verdict) => verdict?.code === "failed_in_set");
  if (failed !== undefined) {
    return makeVerdict("failed_in_set", `${others} surely gains more. Together: ${failed.reason}`);
  }
  const why = `${others} surely gains more than ${titlesOf(state.chosen.members)}.`;
  return makeVerdict("redundant_in_set", why);
}

/** What changed since the advice before; null where nothing did, or it is the first. */
export function describeUpdate({ published }: SearchState, suggested: ChosenSet): string | null {
  if (published === null || published.key === setKey(suggested.members)) return null;
  const before = new Set(idsOf(published.members));
  const after = new Set(idsOf(suggested.members));
  const added = suggested.members.filter(({ id }) => !before.has(id));
  const removed = published.members.filter(({ id }) => !after.has(id));
  const parts = [
    ...(added.length > 0 ? [`Added: ${titlesOf(added)}.`] : []),
    ...(removed.length > 0 ? [`Removed: ${titlesOf(removed)}.`] : []),
  ];
  return `The remaining changes were measured. ${parts.join(" ")}`;
}

/** Costs of a trial, smaller is better: gain with its sign turned, storage, inserts. */
const costs = (trial: MeasuredSet): number[] => [
  -trial.gain.value,
  trial.storage_overhead,
  trial.insert_ratio ?? 1,
];

/** Nowhere worse, and better somewhere. */
function dominates(a: MeasuredSet, b: MeasuredSet): boolean {
  const [costsA, costsB] = [costs(a), costs(b)];
  const isLess = (x: number | undefined, y: number | undefined) => (x ?? 0) < (y ?? 0);
  return (
    costsA.every((cost, index) => !isLess(costsB[index], cost)) &&
    costsA.some((cost, index) => isLess(cost, costsB[index]))
  );
}

/** Marks the sets that no other measured set beats, and the chosen one. */
export function markTrials(trials: readonly MeasuredSet[], chosen: readonly string[]): SetTrial[] {
  const key = (ids: readonly string[]) => [...ids].sort().join("\n");
  return trials.map((trial) => ({
    ...trial,
    is_pareto: !trials.some((other) => other !== trial && dominates(other, trial)),
    is_chosen: key(trial.candidate_ids) === key(chosen),
  }));
}
