import { HARMFUL, rejection } from "../judge";
import { judgeAsked } from "./ask-gain";
import { attempt } from "./attempt";
import { buildSet } from "./build-set";
import { storageOverhead } from "./evidence";
import { leftAfter, shownGain } from "./left-time";
import { netGain, readShare } from "./net-gain";
import { refillSet } from "./refill-set";
import { addTrial, type Search } from "./search";
import { composeGains, idsOf, type SetMember } from "./set-member";
import { hasTimeFor, stepUntil } from "./time-together";
import { askBeside, measureBeside } from "./try-set";

/**
 * Leaves out, one after the other, chosen changes that a later one may have made needless: both are
 * meant for a query. What still pays beside the others stays; what cannot be told stays too. Where one
 * turns out to do harm, others may have its place.
 */
export async function dropRedundant(search: Search): Promise<void> {
  const inOrder = [...search.current.members];
  for (const [index, member] of inOrder.entries()) {
    const later = inOrder.slice(index + 1);
    const mayBeNeedless = later.some(
      (one) => search.current.members.includes(one) && sharesQuery(one, member),
    );
    if (mayBeNeedless && hasTimeFor(search.proof.clock, search.current.members)) {
      await attempt(search.proof, () => tryWithout(search, member));
    }
  }
  if (search.harmful.size > 0) await refillSet(search);
}

function sharesQuery(one: SetMember, other: SetMember): boolean {
  return [...one.subject.targeted].some((fingerprint) => other.subject.targeted.has(fingerprint));
}

async function tryWithout(search: Search, member: SetMember): Promise<void> {
  const { proof, current } = search;
  const { title } = member.candidate;
  const members = current.members.filter((one) => one !== member);
  const [only, ...others] = members;
  // What pays only beside others is not left by itself.
  if (others.length === 0 && only?.standing !== "alone") return;
  proof.progress.report("set", 0.8, `Measuring the chosen changes without ${title}`);
  const name = `set-${search.count++}`;
  const untilMs = stepUntil(proof.clock, current.members);
  const without = await buildSet(proof, members, { current: null, name, untilMs });
  // What the member does not touch is left as it is with it; what it touches is measured.
  const other = { subject: without, left: current.left };
  const asked = askBeside(proof, [member]);
  const span: [number, number] = [0.8, 0.85];
  const step = { judged: [member], span, asked, inserts: current.inserts, untilMs };
  const { evidence, inserts } = await measureBeside(proof, other, current.subject, step);
  if (evidence === null) return;
  const added = evidence.workload.gain;
  const lost = { value: inverse(added.value), low: inverse(added.high), high: inverse(added.low) };
  const gain = composeGains(current.gain, lost);
  const overhead = storageOverhead(proof, without);
  // Inserts were measured with the member: without it they cost no more.
  const net = netGain(gain.value, overhead, inserts, proof.input.weights);
  const left = leftAfter(current.left, evidence.queries, (gain) => inverse(shownGain(gain)));
  const verdict = judgeAsked({ ...evidence, net_gain: current.netGain - net }, asked, {
    isRemoval: member.candidate.change.kind === "drop_index",
    left,
    gainWeight: readShare(inserts) * (1 - gain.value),
  });
  addTrial(search, {
    candidate_ids: idsOf(members),
    gain,
    storage_overhead: overhead,
    insert_ratio: null,
    net_gain: net,
  });
  if (verdict.is_accepted) return;
  search.current = { members, subject: without, gain, inserts, netGain: net, left };
  const isHarmful = HARMFUL.has(verdict.code);
  if (isHarmful) search.harmful.add(member);
  const what = isHarmful ? "Does harm" : "Needless";
  const why = `${what} beside the changes chosen after it: ${verdict.reason}`;
  search.verdicts.set(member, rejection(isHarmful ? "harmful_in_set" : "redundant_in_set", why));
}

/** Gain of going back a step that gained so much. */
const inverse = (gain: number): number => 1 - 1 / Math.max(1e-6, 1 - gain);
