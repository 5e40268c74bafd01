import { areExclusive, kindOf } from "@/server/advisor";
import { type Candidate, rewritesOf } from "@/server/contracts";
import { applyGains, bestCaseGain, expectedGain, significantGain, totalTimeMs } from "../gain";
import { marginalThreshold, wasSuggested } from "../judge";
import {
  type ChosenSet,
  type Layer,
  type Member,
  type SearchProblem,
  type SearchState,
  setKey,
} from "./state";

export const EMPTY_SET: ChosenSet = {
  members: [],
  gain: { value: 0, low: 0, high: 0 },
  inserts: [],
  netGain: 0,
  residual: new Map(),
  direct: null,
};

/** A set of the one change, as it was measured alone. */
export function aloneSet(member: Member): ChosenSet & { direct: Member["evidence"] } {
  const { evidence, inserts } = member;
  const { gain } = evidence.workload;
  return {
    members: [member],
    gain,
    inserts,
    netGain: evidence.net_gain ?? gain.value,
    residual: applyGains(new Map(), evidence.queries),
    direct: evidence,
  };
}

/** Texts that people have to change, or changes that the sidecar executes. */
export const layerOf = ({ candidate }: Pick<Member, "candidate">): Layer =>
  kindOf(candidate.change).setRank === 1 ? "advice" : "executable";

/** The set that changes of this layer are measured beside. */
export const baseOf = (state: SearchState, layer: Layer): ChosenSet =>
  layer === "executable" ? state.core : state.chosen;

/** Members of a set that cannot be made beside this change. */
export function excludedBy(members: readonly Member[], { candidate }: Member): Member[] {
  return members.filter((one) => areExclusive(one.candidate.change, candidate.change));
}

/** Both change the time of some query. */
export function interact(a: Member, b: Member): boolean {
  const touched = new Set(
    a.evidence.queries
      .filter(({ gain }) => significantGain(gain) !== 0)
      .map(({ fingerprint }) => fingerprint),
  );
  return b.evidence.queries.some(
    ({ fingerprint, gain }) => touched.has(fingerprint) && significantGain(gain) !== 0,
  );
}

/** Is the member meant for a query that a chosen change slows alone? */
export function servesSlowed({ members }: ChosenSet, { candidate }: Member): boolean {
  return members.some(({ evidence }) =>
    evidence.queries.some(
      ({ fingerprint, gain }) =>
        significantGain(gain) < 0 && candidate.targeted_fingerprints.includes(fingerprint),
    ),
  );
}

/** Both are meant for a query. */
export function shareTarget(a: Member, b: Member): boolean {
  const targeted = new Set(a.candidate.targeted_fingerprints);
  return b.candidate.targeted_fingerprints.some((one) => targeted.has(one));
}

/** Members of all roles, in the order in which a set takes them in. */
export function membersInOrder(state: SearchState): Member[] {
  const members = [...state.alone.values()].flatMap((one) =>
    one.kind === "member" ? one.member : [],
  );
  return sortByRank(state.problem, members);
}

/**
 * What the last proof suggested before what would have to take its place, then the order of the
 * rules: noise must not decide between two that are as good as each other. Executable changes first.
 */
function sortByRank(problem: SearchProblem, members: readonly Member[]): Member[] {
  const { candidates, earlier } = problem;
  const places = new Map(candidates.map(({ candidate_id }, place) => [candidate_id, place]));
  const rank = (member: Member) => {
    const isKnown = wasSuggested(earlier, { candidate_id: member.id });
    const isText = layerOf(member) === "advice";
    const group = (isText ? 2 : 0) + (isKnown ? 0 : 1);
    return (places.get(member.id) ?? candidates.length) + candidates.length * group;
  };
  return [...members].sort((a, b) => rank(a) - rank(b));
}

/** Could it still join a set? It pays alone, or has gains that it may keep beside others. */
export function mayJoin({ workload, gainMin }: SearchProblem, member: Member): boolean {
  if (member.role !== "conditional") return member.role === "standalone";
  return bestCaseGain(workload.replayed, new Map(), member) >= gainMin;
}

/**
 * Estimate, share of the base's time that a change could save beside it at best: if it kept all its
 * gains and slowed nothing. A text that gains nothing alone may pay once its table is changed: of its
 * queries it could save everything.
 */
export function bestCaseBeside(state: SearchState, base: ChosenSet, member: Member): number {
  const { replayed } = state.problem.workload;
  const byGains = bestCaseGain(replayed, base.residual, member);
  const { change, targeted_fingerprints } = member.candidate;
  const isChanged = base.members.some(
    (one) => layerOf(one) === "executable" && one.candidate.change.table === change.table,
  );
  if (layerOf(member) === "executable" || !isChanged) return byGains;
  const targeted = replayed.filter((one) => targeted_fingerprints.includes(one.fingerprint));
  const total = totalTimeMs(replayed, base.residual);
  return total > 0 ? Math.max(byGains, totalTimeMs(targeted, base.residual) / total) : byGains;
}

/** Part of the required gain of an exchange that must be expected of it: less is noise. */
const EXPECTED_SHARE = 0.5;

/**
 * Beside the base, or in the place of what it excludes there: is it expected to gain this share of
 * what is required? Its gain alone does not tell: an order that wins alone may win by queries that an
 * index serves better.
 */
export function isExpected(state: SearchState, base: ChosenSet, added: readonly Member[]): boolean {
  const { problem } = state;
  const excluded = added.flatMap((member) => excludedBy(base.members, member));
  const kept = base.members.filter((one) => !excluded.includes(one));
  const step = { from: base.members, to: [...kept, ...added] };
  const required = marginalThreshold(problem, candidatesOf(added), candidatesOf(excluded));
  const share = excluded.length > 0 ? EXPECTED_SHARE : 1;
  return expectedGain(problem.workload.replayed, step) >= required.gainMin * share;
}

export const candidatesOf = (members: readonly Member[]): Candidate[] =>
  members.map(({ candidate }) => candidate);

export const idsOf = (members: readonly Member[]): string[] => members.map(({ id }) => id);

/** The member with some of its texts. */
export function narrowTo(member: Member, candidate: Candidate): Member {
  // What it gained alone it gained with more texts: it is suggested for what it adds to the set.
  return { ...member, role: "conditional", candidate };
}

/** Names a step: what is measured beside what, with which texts. */
export function stepKey(base: readonly Member[], target: readonly Member[]): string {
  const texts = target
    .flatMap(({ candidate }) => rewritesOf(candidate.change).map(({ fingerprint }) => fingerprint))
    .sort();
  return `${setKey(base)} > ${setKey(target)} ${texts.join(" ")}`;
}

/**
 * Changes, mostly indexes, one for each query that the member slows while it gains by others: an order by date
 * scatters the keys that the old order kept together. None where a query would stay without, unless
 * some are enough.
 */
export function compensatingMembers(
  state: SearchState,
  base: ChosenSet,
  member: Member,
  regressed: readonly { fingerprint: string }[],
  { isPartial = false } = {},
): Member[] {
  const found = new Set<Member>();
  const isFree = (one: Member) =>
    one.id !== member.id &&
    layerOf(one) === "executable" &&
    one.candidate.targeted_fingerprints.length > 0 &&
    !idsOf(base.members).includes(one.id) &&
    !state.harmful.has(one.id) &&
    excludedBy([...base.members, member], one).length === 0;
  const free = membersInOrder(state).filter(isFree);
  for (const { fingerprint } of regressed) {
    const gainOf = ({ evidence }: Member) =>
      evidence.queries.find((one) => one.fingerprint === fingerprint)?.gain.low ?? 0;
    const serving = free.filter(
      (one) =>
        one.candidate.targeted_fingerprints.includes(fingerprint) &&
        (kindOf(one.candidate.change).mayCompensate || gainOf(one) > 0),
    );
    // Of several the one that serves the query best alone.
    const [best] = serving.sort((a, b) => gainOf(b) - gainOf(a));
    if (best !== undefined) found.add(best);
    else if (!isPartial) return [];
  }
  return [...found];
}

/** Sets whose shadows may be needed again: what is chosen, and each member alone. */
export function setsInUse(state: SearchState): (readonly { id: string }[])[] {
  const { core, chosen, remeasuring } = state;
  const members = membersInOrder(state).map((member) => [member]);
  const known = [core.members, chosen.members, ...members];
  const action = remeasuring?.action;
  if (action === undefined) return known;
  switch (action.kind) {
    case "measure_alone":
      return [...known, [{ id: action.candidate.candidate_id }]];
    case "measure_step":
      return [...known, action.base.members, action.target];
    case "confirm_set":
      return [...known, action.set.members];
  }
}
