import {
  type MeasuredEvidence,
  makeVerdict,
  type ProofEvent,
  type Verdict,
} from "@/server/contracts";
import { idsOf } from "./sets";
import type { Fallback, MeasuredSet, Member, SearchState, SetRejection } from "./state";
import { setKey } from "./state";

/** What applying a result comes to. */
export interface Applied {
  state: SearchState;
  events: ProofEvent[];
}

export function withEntry<Key, Value>(
  map: ReadonlyMap<Key, Value>,
  key: Key,
  value: Value,
): ReadonlyMap<Key, Value> {
  return new Map(map).set(key, value);
}

export const withItem = <Item>(set: ReadonlySet<Item>, item: Item): ReadonlySet<Item> =>
  new Set(set).add(item);

/** A set measured directly before keeps that measurement. */
export function addTrial(state: SearchState, trial: MeasuredSet, isDirect = false): SearchState {
  const isSame = (one: MeasuredSet) => one.candidate_ids.join() === trial.candidate_ids.join();
  if (!isDirect && state.trials.some(isSame)) return state;
  return { ...state, trials: [...state.trials.filter((one) => !isSame(one)), trial] };
}

export function measuredSet(
  members: readonly Member[],
  evidence: MeasuredEvidence,
  total: { gain: MeasuredSet["gain"]; netGain: number },
): MeasuredSet {
  return {
    candidate_ids: [...idsOf(members)].sort(),
    gain: total.gain,
    storage_overhead: evidence.storage.overhead,
    insert_ratio: evidence.insert_cost?.ratio ?? null,
    net_gain: total.netGain,
  };
}

export function addFallback(state: SearchState, set: Fallback): SearchState {
  return { ...state, fallbacks: withEntry(state.fallbacks, setKey(set.members), set) };
}

export function reject(state: SearchState, id: string, rejection: SetRejection): SearchState {
  return { ...state, rejections: withEntry(state.rejections, id, rejection) };
}

/** They are in the set now: nothing speaks against them any more. */
export function admit(state: SearchState, members: readonly Member[]): SearchState {
  const rejections = new Map(state.rejections);
  for (const { id } of members) rejections.delete(id);
  return { ...state, rejections };
}

export function droppedEvent(state: SearchState, member: Member, verdict: Verdict): ProofEvent {
  const { id: candidate_id, candidate } = member;
  const at_ms = state.clock.elapsedMs;
  return { kind: "member_dropped", at_ms, candidate_id, title: candidate.title, verdict };
}

export const titlesOf = (members: readonly Member[]): string =>
  members.map(({ candidate }) => `“${candidate.title}”`).join(", ");

export const replacedVerdict = (added: readonly Member[]): Verdict =>
  makeVerdict("conflicts_in_set", `Excludes ${titlesOf(added)}, which gained more.`);
