import type { MeasuredEvidence, Verdict } from "@/server/contracts";
import { HARMFUL, isLoss, judge, rejection } from "../judge";
import { attempt } from "./attempt";
import { buildSet } from "./build-set";
import { findHarmful } from "./find-harmful";
import { leftAfter } from "./left-time";
import { lookTwice } from "./look-twice";
import { type Measured, measure } from "./measure";
import { measuredSet } from "./measured-set";
import { refillSet } from "./refill-set";
import type { Search } from "./search";
import { aloneSet, idsOf, type SetMember } from "./set-member";
import { setOptions } from "./try-set";

/**
 * Measures the chosen changes together against the unchanged shadow, even when time is short. A set
 * that turns out to do harm loses the change that does it until it does none; then others may have
 * that place, and the set is measured again.
 * null for a set of one: its own evidence says it all.
 */
export async function confirmSet(search: Search): Promise<MeasuredEvidence | null> {
  for (;;) {
    const harmful = search.harmful.size;
    const evidence = await measureHarmless(search);
    if (search.harmful.size === harmful) return evidence;
    const { members } = search.current;
    await refillSet(search);
    if (search.current.members === members) return evidence;
  }
}

async function measureHarmless(search: Search): Promise<MeasuredEvidence | null> {
  for (;;) {
    if (search.current.members.length < 2) return null;
    const look = () => measureSet(search);
    const { evidence, verdict } = await lookTwice(search.proof, look, (seen) =>
      isLoss(seen.verdict),
    );
    if (!HARMFUL.has(verdict.code)) return evidence;
    await shrink(search, findHarmful(search, evidence), verdict);
  }
}

async function measureSet(
  search: Search,
): Promise<{ evidence: MeasuredEvidence | null; verdict: Verdict }> {
  const { proof, current } = search;
  const options = setOptions(proof, "all chosen changes together", [0.85, 1]);
  const tried = await attempt(proof, () => measure(proof, current.subject, options));
  if (!("result" in tried)) {
    return { evidence: null, verdict: rejection("not_measurable", `${tried.why}.`) };
  }
  const { evidence } = tried.result;
  if (evidence !== null) note(search, { ...tried.result, evidence });
  return { evidence, verdict: judgeSet(tried.result) };
}

function judgeSet({ evidence, check }: Measured): Verdict {
  return evidence === null
    ? rejection("results_differ", `${check.failure ?? check.difference}.`)
    : judge(evidence, { gainMin: 0, isRemoval: true });
}

/** The direct measurement takes the place of those composed of steps. */
function note(search: Search, { evidence, inserts }: Measured & { evidence: MeasuredEvidence }) {
  const { members } = search.current;
  const ids = idsOf(members);
  const others = search.trials.filter((one) => one.candidate_ids.join() !== ids.join());
  const trial = measuredSet(members, evidence);
  search.trials = [...others, trial];
  const left = leftAfter(new Map(), evidence.queries);
  const { gain, net_gain: netGain } = trial;
  search.current = { ...search.current, gain, netGain, inserts, left };
}

/** Takes as long as it takes: what does harm must not be suggested because time is short. */
async function shrink(search: Search, one: SetMember, { code, reason }: Verdict): Promise<void> {
  const why = `Together with the others: ${reason}`;
  search.verdicts.set(one, rejection(code, why));
  search.harmful.add(one);
  const members = search.current.members.filter((member) => member !== one);
  const [only, ...others] = members;
  if (others.length === 0) {
    // What pays only beside others is not left by itself.
    search.current =
      only?.standing === "alone" ? aloneSet(only) : { ...search.current, members: [] };
    return;
  }
  const name = `set-${search.count++}`;
  const untilMs = Number.POSITIVE_INFINITY;
  const subject = await buildSet(search.proof, members, { current: null, name, untilMs });
  search.current = { ...search.current, members, subject };
}
