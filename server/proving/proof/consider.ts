import { areExclusive } from "@/server/advisor";
import type { Verdict } from "@/server/contracts";
import { lostQueries, rejection } from "../judge";
import { expectedGain } from "./expected-time";
import { narrowRewrites } from "./narrow-rewrites";
import { addTrial, type Search } from "./search";
import type { SetMember } from "./set-member";
import { askBeside, type SetStep, trySet } from "./try-set";

/** Beside the chosen changes, or in the place of those it excludes; taken when that is better. */
export async function consider(search: Search, member: SetMember, part: number): Promise<void> {
  const { current, proof } = search;
  if (current.members.includes(member)) return;
  const excluded = excludedBy(current.members, member);
  const kept = current.members.filter((one) => !excluded.includes(one));
  if (excluded.length > 0 && !isExpected(search, member, EXPECTED_SHARE)) {
    search.passedOver.push(member);
    search.verdicts.set(member, passedOverFor(excluded));
    return;
  }
  // What does harm alone, or nothing, needs others to stand beside.
  if (member.standing !== "alone" && kept.length === 0) return;
  const measureWith = (added: SetMember[]) => {
    const titles = added.map((one) => one.candidate.title).join(", ");
    proof.progress.report("set", part, `Measuring ${titles} beside the chosen changes`);
    return trySet(proof, current, [...kept, ...added], {
      judged: [...added, ...excluded],
      isReplacement: excluded.length > 0,
      name: `set-${search.count++}`,
      span: [part, part + 0.1],
    });
  };
  const step = await measureWith([member]);
  if (step.better !== null) return take(search, step, [member], excluded);
  const menders = findMenders(search, member, step);
  if (menders.length > 0) {
    const mended = await measureWith([member, ...menders]);
    if (mended.better !== null) {
      keepTrial(search, step);
      return take(search, mended, [member, ...menders], excluded);
    }
    keepTrial(search, mended);
  }
  const narrowed = kept.length > 0 ? narrowRewrites(member, step.evidence) : null;
  if (narrowed === null) return take(search, step, [member], excluded);
  // What it gained alone was gained with more texts: its evidence is what it adds to the set.
  const fewer: SetMember = { ...narrowed, standing: "beside" };
  search.narrowed.set(member, fewer);
  take(search, await measureWith([fewer]), [fewer], excluded);
}

function excludedBy(chosen: readonly SetMember[], member: SetMember): SetMember[] {
  return chosen.filter((one) => areExclusive(one.candidate.change, member.candidate.change));
}

/** Part of the gain asked of an exchange that must be expected of it: less is the noise of two measurements. */
const EXPECTED_SHARE = 0.5;

/**
 * Beside the chosen changes, or in the place of those it excludes, is it expected to gain this share of
 * what is asked of it there? Its gain alone does not tell: an order that wins alone may win by queries
 * that an index serves better.
 */
export function isExpected({ proof, current }: Search, member: SetMember, share = 1): boolean {
  const excluded = excludedBy(current.members, member);
  const kept = current.members.filter((one) => !excluded.includes(one));
  const step = { from: current.members, to: [...kept, member] };
  return expectedGain(proof.replays, step) >= askBeside(proof, [member], excluded).gainMin * share;
}

/**
 * Indexes, one for each query that the member takes from while it gains by others: an order by date
 * scatters the keys that the old order kept together. None where a query would stay without.
 */
function findMenders(search: Search, member: SetMember, step: SetStep): SetMember[] {
  const { current, members } = search;
  if (step.evidence === null || step.evidence.workload.gain.low <= 0) return [];
  const menders = new Set<SetMember>();
  for (const { fingerprint } of lostQueries(step.evidence, current)) {
    const mender = members.find(
      (one) =>
        one !== member &&
        one.candidate.change.kind === "add_index" &&
        one.subject.targeted.has(fingerprint) &&
        !current.members.includes(one) &&
        excludedBy(current.members, one).length === 0,
    );
    if (mender === undefined) return [];
    menders.add(mender);
  }
  return [...menders];
}

function keepTrial(search: Search, { trial }: SetStep): void {
  if (trial !== null) addTrial(search, trial);
}

function take(search: Search, step: SetStep, added: SetMember[], excluded: SetMember[]): void {
  keepTrial(search, step);
  if (step.better === null) {
    for (const member of added) search.verdicts.set(member, step.verdict);
    return;
  }
  search.current = step.better;
  for (const member of added) {
    if (member.standing === "alone") {
      search.verdicts.delete(member);
      continue;
    }
    // It is suggested for what it adds to the others: that is its verdict, and its evidence.
    const reason = `Beside the other changes: ${step.verdict.reason}`;
    search.verdicts.set(member, { ...step.verdict, reason });
    if (step.evidence !== null) search.beside.set(member, step.evidence);
  }
  for (const one of excluded) search.verdicts.set(one, replacedBy(added));
}

function replacedBy(added: readonly SetMember[]): Verdict {
  return rejection("conflicts_in_set", `Excludes ${titlesOf(added)}, which gained more.`);
}

function passedOverFor(excluded: readonly SetMember[]): Verdict {
  return rejection(
    "excluded_on_estimate",
    `Excludes ${titlesOf(excluded)}. By what each gained alone (an estimate) it would gain too little more beside the chosen changes.`,
  );
}

function titlesOf(members: readonly SetMember[]): string {
  return members.map(({ candidate }) => `“${candidate.title}”`).join(", ");
}
