import type { MeasuredEvidence } from "@/server/contracts";
import { judge } from "../judge";
import { buildSet } from "./build-set";
import { measure } from "./measure";
import { measuredSet } from "./measured-set";
import type { Search } from "./search";
import { idsOf, type SetMember } from "./set-member";
import { setOptions } from "./try-set";

/**
 * Measures the chosen changes together against the unchanged shadow, even when time is short. A set
 * that turns out to slow a query down loses its last change until none is slowed.
 * null for a set of one: its own evidence says it all.
 */
export async function confirmSet(search: Search): Promise<MeasuredEvidence | null> {
  const { proof } = search;
  for (;;) {
    const { members, subject } = search.current;
    const last = members.at(-1);
    if (members.length < 2 || last === undefined) return null;
    const options = setOptions(proof, "all chosen changes together", [0.85, 1]);
    const { evidence } = await measure(proof, subject, options);
    if (evidence === null) return null;
    note(search, evidence);
    const verdict = judge(evidence, { gainMin: 0, isRemoval: true });
    const isHarmful = ["slower", "regresses_query", "results_differ"].includes(verdict.code);
    if (!isHarmful) return evidence;
    await shrink(search, last, `Together with the others: ${verdict.reason}`);
  }
}

/** The direct measurement takes the place of the one composed of steps. */
function note(search: Search, evidence: MeasuredEvidence): void {
  const ids = idsOf(search.current.members);
  const others = search.trials.filter((one) => one.candidate_ids.join() !== ids.join());
  search.trials = [...others, measuredSet(search.current.members, evidence)];
}

async function shrink(search: Search, last: SetMember, reason: string): Promise<void> {
  const members = search.current.members.filter((one) => one !== last);
  const subject = await buildSet(search.proof, members, {
    current: null,
    name: `set-${search.count++}`,
  });
  search.current = { ...search.current, members, subject };
  search.verdicts.set(last, { code: "regresses_query", is_accepted: false, reason });
}
