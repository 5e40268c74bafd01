import { significantGain } from "../gain";
import { MARGINAL_SHARE, regressedQueries } from "../judge";
import {
  baseOf,
  bestCaseBeside,
  compensatingMembers,
  excludedBy,
  idsOf,
  interact,
  isExpected,
  layerOf,
  membersInOrder,
  servesSlowed,
  stepKey,
} from "./sets";
import type { ChosenSet, Layer, Member, SearchState } from "./state";

/** A member, and what it needs beside it. */
type Addition = readonly [Member, ...Member[]];

/**
 * What may be measured beside the base, or in the place of what it excludes there: members of the
 * layer that no step has decided beside the present base. What is expected to gain little comes last:
 * it must not take the time of the rest.
 */
export function openEvaluations(state: SearchState, layer: Layer): Addition[] {
  const base = baseOf(state, layer);
  const additions = membersInOrder(state).flatMap((member) => {
    const added = openAddition(state, layer, base, member);
    return added === null ? [] : [{ added, rank: rankOf(state, base, added) }];
  });
  return additions.sort((a, b) => a.rank - b.rank).map(({ added }) => added);
}

function rankOf(state: SearchState, base: ChosenSet, added: Addition): number {
  const [member] = added;
  if (isExpected(state, base, added)) return 0;
  return member.role === "conditional" ? 3 - bestCaseBeside(state, base, member) : 1;
}

/**
 * Members in the place of what they exclude, together with what serves the queries that lose by it:
 * an exchange that loses by itself may win so.
 */
export function openExchanges(state: SearchState, layer: Layer): Addition[] {
  if (layer === "advice") return [];
  const base = baseOf(state, layer);
  return membersInOrder(state).flatMap((member): Addition[] => {
    const added = openExchange(state, layer, base, member);
    return added === null ? [] : [added];
  });
}

function openExchange(
  state: SearchState,
  layer: Layer,
  base: ChosenSet,
  member: Member,
): Addition | null {
  const place = placeOf(state, layer, base, member);
  if (place === null || place.excluded.length === 0) return null;
  const { excluded, kept } = place;
  const isServed = ({ fingerprint }: { fingerprint: string }) =>
    [member, ...kept].some((one) =>
      one.evidence.queries.some((query) => query.fingerprint === fingerprint && gains(query)),
    );
  const losing = excluded.flatMap(({ evidence }) =>
    evidence.queries.filter((query) => gains(query) && !isServed(query)),
  );
  const beside = { ...base, members: kept };
  const serving = compensatingMembers(state, beside, member, losing, { isPartial: true });
  const added: Addition = [member, ...serving];
  if (serving.length === 0 || wasMeasured(state, base.members, [...kept, ...added])) return null;
  return isExpected(state, base, added) ? added : null;
}

const gains = ({ gain }: Member["evidence"]["queries"][number]): boolean =>
  significantGain(gain) > 0;

/** What would be added to the base for this member; null where that is decided, or cannot be. */
function openAddition(
  state: SearchState,
  layer: Layer,
  base: ChosenSet,
  member: Member,
): Addition | null {
  if (member.role === "compensating" && !servesSlowed(base, member)) return null;
  const place = placeOf(state, layer, base, member);
  if (place === null) return null;
  const { excluded, kept } = place;
  if (layer === "advice" && excluded.some((one) => layerOf(one) === "executable")) return null;
  const added: [Member, ...Member[]] = [member];
  if (member.role === "conditional") {
    const { gainMin } = state.problem;
    if (bestCaseBeside(state, base, member) < gainMin * MARGINAL_SHARE) return null;
    // What slows a query alone needs others to stand beside: those chosen, or an index that serves it.
    if (kept.length === 0) {
      const regressed = regressedQueries(member.evidence);
      added.push(...compensatingMembers(state, { ...base, members: kept }, member, regressed));
      if (added.length < 2) return null;
    }
  }
  if (wasMeasured(state, base.members, [...kept, ...added])) return null;
  return isStillRejected(state, base.members, member) ? null : added;
}

/** What of the base the member would take the place of, and what would stay; null: it cannot join. */
function placeOf(
  state: SearchState,
  layer: Layer,
  { members }: ChosenSet,
  member: Member,
): { excluded: Member[]; kept: Member[] } | null {
  if (layerOf(member) !== layer || state.harmful.has(member.id)) return null;
  if (idsOf(members).includes(member.id)) return null;
  const excluded = excludedBy(members, member);
  return { excluded, kept: members.filter((one) => !excluded.includes(one)) };
}

/** Was this step made, or cut off by the end of the time? */
export function wasMeasured(
  { tried, cutOff }: SearchState,
  base: readonly Member[],
  target: readonly Member[],
): boolean {
  const key = stepKey(base, target);
  return tried.has(key) || cutOff.has(key);
}

function isStillRejected(state: SearchState, base: readonly Member[], member: Member): boolean {
  const rejection = state.rejections.get(member.id);
  if (rejection === undefined) return false;
  const { beside, step } = rejection;
  if (!beside.every((id) => idsOf(base).includes(id))) return false;
  if (step === null) return true;
  const newcomers = base.filter(({ id }) => !step.base.includes(id));
  return !newcomers.some((one) => [member, ...step.replaced].some((other) => interact(one, other)));
}
