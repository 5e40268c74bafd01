import type { MeasuredEvidence, Verdict } from "@/server/contracts";
import { judge, rejection } from "../judge";
import { attempt } from "./attempt";
import { buildSet } from "./build-set";
import { type Measured, measure } from "./measure";
import { measuredSet } from "./measured-set";
import type { Search } from "./search";
import { aloneSet, idsOf, type SetMember } from "./set-member";
import { setOptions } from "./try-set";

/** What could not be measured may do harm. */
const HARMFUL: ReadonlySet<Verdict["code"]> = new Set([
  "slower",
  "regresses_query",
  "results_differ",
  "not_measurable",
]);

/**
 * Measures the chosen changes together against the unchanged shadow, even when time is short. A set
 * that turns out to do harm loses its last change until it does none.
 * null for a set of one: its own evidence says it all.
 */
export async function confirmSet(search: Search): Promise<MeasuredEvidence | null> {
  const { proof } = search;
  for (;;) {
    const { members, subject } = search.current;
    const last = members.at(-1);
    if (members.length < 2 || last === undefined) return null;
    const options = setOptions(proof, "all chosen changes together", [0.85, 1]);
    const tried = await attempt(proof, () => measure(proof, subject, options));
    const evidence = "result" in tried ? tried.result.evidence : null;
    if (evidence !== null) note(search, evidence);
    const verdict =
      "result" in tried ? judgeSet(tried.result) : rejection("not_measurable", `${tried.why}.`);
    if (!HARMFUL.has(verdict.code)) return evidence;
    await shrink(search, last, verdict);
  }
}

function judgeSet({ evidence, check }: Measured): Verdict {
  return evidence === null
    ? rejection("results_differ", `${check.failure ?? check.difference}.`)
    : judge(evidence, { gainMin: 0, isRemoval: true });
}

/** The direct measurement takes the place of the one composed of steps. */
function note(search: Search, evidence: MeasuredEvidence): void {
  const ids = idsOf(search.current.members);
  const others = search.trials.filter((one) => one.candidate_ids.join() !== ids.join());
  search.trials = [...others, measuredSet(search.current.members, evidence)];
}

/** Takes as long as it takes: what does harm must not be suggested because time is short. */
async function shrink(search: Search, last: SetMember, { code, reason }: Verdict): Promise<void> {
  const why = `Together with the others: ${reason}`;
  search.verdicts.set(last, rejection(code, why));
  const members = search.current.members.filter((one) => one !== last);
  const [only, ...others] = members;
  if (others.length === 0) {
    // What pays only beside others is not left by itself.
    search.current =
      only?.standing === "alone" ? aloneSet(only) : { ...search.current, members: [] };
    return;
  }
  const name = `set-${search.count++}`;
  const subject = await buildSet(search.proof, members, { current: null, name, isUnlimited: true });
  search.current = { ...search.current, members, subject };
}
