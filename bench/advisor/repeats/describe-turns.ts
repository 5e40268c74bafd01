import type { Advice } from "../advise";
import { provedOf } from "./compare-runs";

/** Why a run gave other advice than the one before it: the verdict of each change that only one has. */
export function describeTurns(last: Advice | undefined, next: Advice | undefined): string[] {
  if (last === undefined || next === undefined) return [];
  const [before, after] = [verdictsOf(last), verdictsOf(next)];
  return [...after].flatMap(([id, verdict]) => {
    const earlier = before.get(id);
    if (earlier?.is_accepted === verdict.is_accepted) return [];
    return [`${id}: ${earlier?.code ?? "no candidate"}, then ${verdict.code}: ${verdict.reason}`];
  });
}

function verdictsOf(advice: Advice) {
  const all = provedOf(advice);
  return new Map(all.map(({ candidate, verdict }) => [candidate.candidate_id, verdict]));
}
