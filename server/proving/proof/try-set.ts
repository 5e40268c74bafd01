import type { MeasuredEvidence, Verdict } from "@/server/contracts";
import { isLoss, LOSS_MIN, rejection } from "../judge";
import { openSession, removeStaleWork } from "../shadow";
import { type AskedGain, askGain, judgeAsked } from "./ask-gain";
import { attempt } from "./attempt";
import { buildSet, setFile } from "./build-set";
import { leftAfter } from "./left-time";
import { lookTwice } from "./look-twice";
import { measure } from "./measure";
import type { WeighedInserts } from "./measure-inserts";
import type { MeasureOptions } from "./measure-options";
import { measuredSet } from "./measured-set";
import { netGain, readShare } from "./net-gain";
import type { Proof } from "./open-proof";
import type { MeasuredSet } from "./pareto";
import { type ChosenSet, composeGains, type SetMember } from "./set-member";
import type { Subject } from "./subject";
import { hasTimeFor, stepUntil } from "./time-together";

/** What a set must gain beyond the one it would replace, as a part of the usual threshold. */
export const MARGINAL_SHARE = 0.5;
/** Part of the whole time that one step may take for pairs beyond the minimum. */
const EXTRA_SHARE = 0.04;

export interface Step {
  /** Changes that the two sets do not share. */
  judged: SetMember[];
  /** Some of the present set give way. */
  isReplacement: boolean;
  name: string;
  span: [number, number];
}

export interface SetStep {
  /** The set with its measurements, when it is better than the one it was compared with. */
  better: ChosenSet | null;
  verdict: Verdict;
  trial: MeasuredSet | null;
  /** Against the set it was compared with. */
  evidence: MeasuredEvidence | null;
}

/**
 * Builds `members` together and measures them against `current`, of which they differ by `judged`.
 * Better: it still gains half of the usual threshold, and is worth more after costs.
 */
export async function trySet(
  proof: Proof,
  current: ChosenSet,
  members: SetMember[],
  step: Step,
): Promise<SetStep> {
  const reject = (code: Verdict["code"], reason: string): SetStep => ({
    better: null,
    verdict: rejection(code, reason),
    trial: null,
    evidence: null,
  });
  const added = members.filter((one) => !current.members.includes(one));
  if (!hasTimeFor(proof.clock, members, added)) {
    return reject(
      "not_reached",
      "The time of this proof ended before it was measured beside others.",
    );
  }
  const tried = await attempt(proof, () => buildAndMeasure(proof, current, members, step));
  if ("result" in tried) return tried.result;
  return tried.isLate
    ? reject("not_reached", "The time of this proof ended while it was measured beside others.")
    : reject("failed_in_set", `Cannot be applied beside the chosen changes: ${tried.why}`);
}

async function buildAndMeasure(
  proof: Proof,
  current: ChosenSet,
  members: SetMember[],
  step: Step,
): Promise<SetStep> {
  const { name, isReplacement } = step;
  const untilMs = stepUntil(proof.clock, members);
  const subject = await buildSet(proof, members, { current, name, untilMs });
  const known = { ...step, inserts: current.inserts, untilMs };
  const added = members.filter((one) => !current.members.includes(one));
  const excluded = current.members.filter((one) => !members.includes(one));
  const asked = askBeside(proof, added, excluded);
  const look = async () => {
    const measured = await measureBeside(proof, current, subject, { ...known, asked });
    const { evidence, inserts } = measured;
    if (evidence === null) return { ...measured, evidence };
    const gain = composeGains(current.gain, evidence.workload.gain);
    const net = netGain(gain.value, evidence.storage.overhead, inserts, proof.input.weights);
    const beside = { ...evidence, net_gain: net - current.netGain };
    const options = {
      isRemoval: step.judged.some((one) => one.candidate.change.kind === "drop_index"),
      isReplacement,
      left: current.left,
      gainWeight: readShare(inserts) * (1 - current.gain.value),
    };
    const marginal = judgeAsked(beside, asked, options);
    const isDoubtful = isLoss(marginal) && judgeAsked(beside, anyLoss(asked), options).is_accepted;
    return { evidence, inserts, gain, net, marginal, isDoubtful };
  };
  const seen = await lookTwice(proof, look, (one) => one.evidence !== null && one.isDoubtful);
  if (seen.evidence === null) {
    const reason = `Beside the chosen changes ${seen.check.failure ?? seen.check.difference}.`;
    const verdict = rejection("harmful_in_set", reason);
    return { better: null, verdict, trial: null, evidence: null };
  }
  const { evidence, inserts, gain, net, marginal } = seen;
  const trial = measuredSet(members, evidence, { gain, netGain: net });
  if (marginal.is_accepted) {
    const left = leftAfter(current.left, evidence.queries);
    const better = { members, subject, gain, inserts, netGain: net, left };
    return { better, verdict: marginal, trial, evidence };
  }
  if (subject.file === setFile(proof, name)) await removeStaleWork(subject.file);
  const code = isReplacement
    ? "conflicts_in_set"
    : isLoss(marginal)
      ? "harmful_in_set"
      : "redundant_in_set";
  const verdict = rejection(code, `Beside the chosen changes: ${marginal.reason}`);
  return { better: null, verdict, trial, evidence };
}

/** The same gain asked, whatever single queries lose: only where that passes is a loss looked at again. */
function anyLoss(asked: AskedGain): AskedGain {
  const lossMin = Number.POSITIVE_INFINITY;
  return { ...asked, lossMin, usual: { ...asked.usual, lossMin } };
}

/** What members must gain beside others, in the place of the excluded ones. */
export function askBeside(
  { input }: Proof,
  members: readonly SetMember[],
  excluded: readonly SetMember[] = [],
): AskedGain {
  const changesOf = (of: readonly SetMember[]) => of.map((one) => one.candidate);
  const marginal = { ...input, gainMin: input.gainMin * MARGINAL_SHARE };
  return askGain(marginal, changesOf(members), changesOf(excluded));
}

/** Measures a built set against another one, of which it differs by the judged members. */
export async function measureBeside(
  proof: Proof,
  other: Pick<ChosenSet, "subject" | "left">,
  subject: Subject,
  step: {
    judged: SetMember[];
    span: [number, number];
    asked: Pick<AskedGain, "gainMin" | "lossMin">;
    inserts: WeighedInserts[];
    untilMs: number;
  },
) {
  const { signal } = proof.input;
  const session = await openSession({
    file: other.subject.file,
    threads: proof.threads,
    signal,
  });
  try {
    return await measure(proof, subject, {
      ...setOptions(proof, step.judged.map((one) => one.candidate.title).join(", "), step.span),
      reference: { ...other.subject, session, left: other.left },
      judged: step.judged.map((one) => one.candidate.change),
      gainMin: step.asked.gainMin,
      lossMin: step.asked.lossMin,
      inserts: step.inserts,
      hardUntilMs: step.untilMs,
    });
  } finally {
    session.close();
  }
}

/** Options of a measurement that is finished even when time is short. */
export function setOptions(proof: Proof, title: string, span: [number, number]): MeasureOptions {
  const { clock } = proof;
  return {
    title,
    gainMin: proof.input.gainMin * MARGINAL_SHARE,
    lossMin: LOSS_MIN,
    extraMs: Math.min(EXTRA_SHARE * clock.endMs, clock.endMs - clock.elapsedMs()),
    hardUntilMs: Number.POSITIVE_INFINITY,
    phase: "set",
    span,
  };
}
