import { consider } from "./consider";
import type { Search } from "./search";
import { aloneSet } from "./set-member";

/**
 * Measures again, beside what is left, the changes that pay alone and gave way while one was in the
 * set that did harm there: nothing else may do what it did. Ends with the time of the proof.
 */
export async function refillSet(search: Search): Promise<void> {
  const { clock } = search.proof;
  const others = search.members.filter(
    (one) => one.standing === "alone" && !search.harmful.has(one),
  );
  const [first] = others;
  if (search.current.members.length === 0 && first !== undefined) {
    search.current = aloneSet(first);
    search.verdicts.delete(first);
  }
  for (const member of others) {
    if (clock.elapsedMs() > clock.endMs) return;
    await consider(search, member, 0.85);
  }
}
