import { rejection } from "../judge";
import type { Search } from "./search";
import { aloneSet } from "./set-member";

/**
 * Where the time ended before all that pays alone was measured beside the chosen changes: one of those
 * that surely gains more than all the chosen ones together (intervals apart) takes their place.
 */
export function takeBestAlone(search: Search): void {
  const { current, members, verdicts } = search;
  const [best] = members
    .filter((one) => one.standing === "alone" && verdicts.get(one)?.code === "not_reached")
    .sort((a, b) => b.evidence.workload.gain.low - a.evidence.workload.gain.low);
  if (best === undefined || best.evidence.workload.gain.low <= current.gain.high) return;
  const why = `The time of this proof ended before it was measured beside “${best.candidate.title}”, which alone gains more.`;
  for (const one of current.members) verdicts.set(one, rejection("not_reached", why));
  verdicts.delete(best);
  search.current = aloneSet(best);
}
