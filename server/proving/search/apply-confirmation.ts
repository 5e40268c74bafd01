import {
  type MeasuredEvidence,
  makeVerdict,
  type ProofEvent,
  type Verdict,
} from "@/server/contracts";
import { applyGains } from "../gain";
import { HARMFUL, isRegression, isUnclear, judge, regressedQueries } from "../judge";
import { betterThan } from "./choose";
import {
  type Applied,
  addFallback,
  addTrial,
  admit,
  droppedEvent,
  measuredSet,
  reject,
  titlesOf,
  withItem,
} from "./record";
import { aloneSet, EMPTY_SET, idsOf, layerOf } from "./sets";
import {
  type ChosenSet,
  type ConfirmSet,
  type Fallback,
  type Member,
  type SearchState,
  type StepResult,
  setKey,
} from "./state";
import { canRepeat } from "./time";

/**
 * The chosen changes were measured together against the unchanged data. A set that does harm loses
 * the change that does it; one that does not surely gain gives way to a measured one that does.
 */
export function applyConfirmation(
  state: SearchState,
  action: ConfirmSet,
  result: StepResult,
): Applied {
  const { set } = action;
  if (result.kind !== "measured") {
    if (result.kind === "out_of_time") {
      const cutOff = withItem(state.cutOff, setKey(set.members));
      return log({ ...state, cutOff }, set, null, false, "The time ended while it was measured.");
    }
    const code = result.kind === "differs" ? "results_differ" : "failed_in_set";
    return dropHarmful(state, set, null, makeVerdict(code, `${result.why}.`));
  }
  const { evidence, inserts } = result;
  const verdict = judge(evidence, { gainMin: 0, isRemoval: true });
  const { gain } = evidence.workload;
  const netGain = evidence.net_gain ?? gain.value;
  const residual = applyGains(new Map(), evidence.queries);
  const measured = { ...set, gain, netGain, inserts, residual, direct: evidence };
  const isHarmful = HARMFUL.has(verdict.code);
  const better = betterThan(state, measured) ?? cheaperThan(state, measured, verdict);
  const isDoubtful = (isHarmful && isRegression(verdict)) || better !== null || isUnclear(evidence);
  if (isDoubtful && !action.isRepeat && canRepeat(state)) {
    return { state: { ...state, remeasuring: { action, first: result } }, events: [] };
  }
  if (isHarmful) return dropHarmful(state, set, evidence, verdict);
  if (better !== null) return giveWay(state, measured, better, verdict);
  return keep(state, measured, verdict);
}

/** A set that costs more than it gains gives way to any that does not. */
function cheaperThan(state: SearchState, set: ChosenSet, { code }: Verdict): Fallback | null {
  if (code !== "cost_exceeds_gain") return null;
  const cheaper = [...state.fallbacks.values()].filter((one) => one.netGain > set.netGain);
  return cheaper.sort((a, b) => b.netGain - a.netGain)[0] ?? null;
}

function keep(
  state: SearchState,
  set: ChosenSet & { direct: MeasuredEvidence },
  { reason }: Verdict,
): Applied {
  const core = setKey(state.core.members) === setKey(set.members) ? set : state.core;
  const known = addTrial(
    addFallback({ ...state, core, chosen: set, needsReconfirmation: false }, { ...set, core }),
    measuredSet(set.members, set.direct, set),
    true,
  );
  return log(known, set, set.direct, true, reason);
}

/** Another measured set takes the place of the chosen one; what that loses may join it anew. */
function giveWay(
  state: SearchState,
  set: ChosenSet & { direct: MeasuredEvidence },
  better: Fallback,
  { reason }: Verdict,
): Applied {
  const tried = addTrial(state, measuredSet(set.members, set.direct, set), true);
  const kept = new Set(idsOf(better.members));
  const dropped = set.members.filter(({ id }) => !kept.has(id));
  const why = `${titlesOf(better.members)} surely gains more than all chosen changes together: ${reason}`;
  const verdict = makeVerdict("redundant_in_set", why);
  // Found beside the whole set, which is chosen no more: each may be measured beside the better one.
  const beside = idsOf(set.members);
  let after: SearchState = { ...tried, core: better.core, chosen: better };
  for (const { id } of dropped) after = reject(after, id, { verdict, beside, step: null });
  after = { ...admit(after, better.members), needsReconfirmation: false };
  const logged = log(after, set, set.direct, false, reason);
  const events = dropped.map((one) => droppedEvent(state, one, verdict));
  return { state: logged.state, events: [...logged.events, ...events] };
}

/** What is left is measured before anything joins it; others may have the place. */
function dropHarmful(
  state: SearchState,
  set: ChosenSet,
  evidence: MeasuredEvidence | null,
  { code, reason }: Verdict,
): Applied {
  const member = findHarmful(state, set.members, evidence);
  const verdict = makeVerdict(code, `Together with the others: ${reason}`);
  const without = (members: readonly Member[]) => members.filter((one) => one.id !== member.id);
  const core =
    layerOf(member) === "executable" ? shrunk(state.core, without(state.core.members)) : state.core;
  const rest = without(set.members);
  const isAdvice = layerOf(member) === "advice";
  const chosen = isAdvice && rest.length > core.members.length ? shrunk(set, rest, core) : core;
  const next: SearchState = {
    ...reject(state, member.id, { verdict, beside: [], step: null }),
    ...{ core, chosen, harmful: withItem(state.harmful, member.id) },
    needsReconfirmation: chosen.members.length > 1 && chosen.direct === null,
  };
  const { state: after, events } = log(next, set, evidence, false, reason);
  return { state: after, events: [...events, droppedEvent(state, member, verdict)] };
}

/** What pays only beside others is not left by itself. */
function shrunk(
  set: ChosenSet,
  members: readonly Member[],
  core: ChosenSet = EMPTY_SET,
): ChosenSet {
  const [only, ...others] = members;
  if (only === undefined) return core;
  if (others.length > 0) return { ...set, members, direct: null };
  return only.role === "standalone" ? aloneSet(only) : core;
}

/**
 * The member by which a set does harm: which did most, alone or where it was added, to the query that
 * loses most of its time. A changed text does it before a changed table: what the sidecar can do does
 * not give way to advice. Where none did anything, or nothing was measured, the last one: what came
 * before it did no harm yet. Throws RangeError for a set without members.
 */
export function findHarmful(
  { besideOthers }: Pick<SearchState, "besideOthers">,
  members: readonly Member[],
  evidence: MeasuredEvidence | null,
): Member {
  const regressed = evidence === null ? [] : regressedQueries(evidence);
  const worst = regressed.sort((a, b) => a.gain.value - b.gain.value)[0]?.fingerprint;
  const harmOf = (member: Member) => {
    const { queries } = besideOthers.get(member.id)?.evidence ?? member.evidence;
    return -(queries.find(({ fingerprint }) => fingerprint === worst)?.gain.value ?? 0);
  };
  const [last, ...others] = [...members].reverse();
  if (last === undefined) throw new RangeError("There is no member.");
  const rewritten = members.find(
    (one) => layerOf(one) === "advice" && one.candidate.targeted_fingerprints.includes(worst ?? ""),
  );
  if (rewritten !== undefined) return rewritten;
  const [first] = others.filter((one) => harmOf(one) > 0).sort((a, b) => harmOf(b) - harmOf(a));
  return first !== undefined && harmOf(first) > harmOf(last) ? first : last;
}

function log(
  state: SearchState,
  set: ChosenSet,
  evidence: MeasuredEvidence | null,
  isConfirmed: boolean,
  reason: string,
): Applied {
  const event: ProofEvent = {
    kind: "set_confirmed",
    at_ms: state.clock.elapsedMs,
    candidate_ids: idsOf(set.members),
    gain: evidence?.workload.gain ?? null,
    is_confirmed: isConfirmed,
    reason,
  };
  return { state, events: [event] };
}
