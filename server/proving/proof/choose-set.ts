import type { Candidate, MeasuredEvidence, ProvedCandidate, Verdict } from "@/server/contracts";
import { AppError } from "@/server/platform";
import { judge } from "../judge";
import { openSession } from "../shadow";
import { buildTogether, type Member } from "./build-together";
import { type Measured, type MeasureOptions, measure } from "./measure";
import type { Proof } from "./open-proof";
import type { ProvedAlone } from "./prove-one";
import type { Subject } from "./subject";

/** What one more change must still gain beside those chosen, as a part of the usual threshold. */
const MARGINAL_SHARE = 0.5;
/** A step that began in time may end a little late: without it a change that pays is lost. */
const GRACE = 1.15;
/** Part of the whole time that one step may take for pairs beyond the minimum. */
const EXTRA_SHARE = 0.04;

export interface ChosenSet {
  accepted: ProvedCandidate[];
  dropped: ProvedCandidate[];
  evidence: MeasuredEvidence | null;
}

/**
 * Greedy choice: the candidate that saves most starts; each next one is applied together with the
 * chosen ones and measured against them alone; it stays when it still pays. Changes that exclude
 * each other (two orders of a table) lose to the one that gained more.
 */
export async function chooseSet(proof: Proof, passed: ProvedAlone[]): Promise<ChosenSet> {
  const members = passed
    .flatMap(({ proved, subject }) => (subject === null ? [] : [{ proved, subject }]))
    .sort((one, other) => saved(other) - saved(one));
  const first = members[0];
  if (first === undefined) return { accepted: [], dropped: [], evidence: null };
  const accepted = [first.proved];
  const dropped: ProvedCandidate[] = [];
  let best = first.subject;
  for (const [index, member] of members.slice(1).entries()) {
    const span: [number, number] = [index / members.length, (index + 1) / members.length];
    const step = await tryTogether(proof, best, member, accepted, span);
    if (step.subject !== null) {
      best = step.subject;
      accepted.push(member.proved);
    } else {
      const proved = { ...member.proved, verdict: step.verdict };
      dropped.push(proved);
      proof.progress.addVerdict(proved);
    }
  }
  const evidence = accepted.length > 1 ? await measureSet(proof, best) : null;
  return { accepted, dropped, evidence };
}

function saved({ proved }: Member): number {
  return proved.evidence?.basis === "measured" ? proved.evidence.workload.gain.value : 0;
}

async function tryTogether(
  proof: Proof,
  best: Subject,
  member: Member,
  accepted: ProvedCandidate[],
  span: [number, number],
): Promise<{ verdict: Verdict; subject: Subject | null }> {
  const { title, change } = member.proved.candidate;
  const alone = member.proved.verdict.reason;
  const drop = (code: Verdict["code"], why: string) => ({
    verdict: { code, is_accepted: false, reason: `${why} Alone: ${alone}` },
    subject: null,
  });
  const conflict = accepted.find(({ candidate }) => isConflict(candidate.change, change));
  if (conflict)
    return drop("superseded_by_set", `Excludes “${conflict.candidate.title}”, which gained more.`);
  if (proof.clock.elapsedMs() > proof.clock.endMs) {
    return drop(
      "not_tried",
      "The time of this proof ended before it was measured beside the chosen changes.",
    );
  }
  proof.progress.report("set", span[0], `Measuring ${title} beside the chosen changes`);
  try {
    const subject = await buildTogether(proof, { best, chosen: accepted, next: member });
    const { evidence, check } = await measureMarginal(
      proof,
      best,
      subject,
      member.proved.candidate,
      span,
    );
    if (evidence === null)
      return drop("superseded_by_set", `Beside the chosen changes ${check.failure}.`);
    const verdict = judge(evidence, proof.input.gainMin * MARGINAL_SHARE, check.difference);
    if (!verdict.is_accepted)
      return drop("superseded_by_set", `Beside the chosen changes: ${verdict.reason}`);
    const targeted = new Set([...best.targeted, ...member.subject.targeted]);
    return { verdict, subject: { ...subject, targeted } };
  } catch (error) {
    proof.input.signal.throwIfAborted();
    if (error instanceof AppError && error.code === "timeout") {
      return drop(
        "not_tried",
        "The time of this proof ended while it was measured beside the chosen changes.",
      );
    }
    const message = error instanceof Error ? error.message : String(error);
    return drop(
      "superseded_by_set",
      `Cannot be applied together with the chosen changes: ${message}`,
    );
  }
}

/** Two orders of one table, or two types of one column. */
function isConflict(one: Subject["changes"][number], other: Subject["changes"][number]): boolean {
  if (one.table !== other.table || one.kind !== other.kind) return false;
  if (one.kind === "change_type" && other.kind === "change_type")
    return one.column === other.column;
  return one.kind === "cluster_table";
}

async function measureMarginal(
  proof: Proof,
  best: Subject,
  subject: Subject,
  { title, change }: Candidate,
  span: [number, number],
): Promise<Measured> {
  const { signal } = proof.input;
  const reference = await openSession({ file: best.file, threads: proof.threads, signal });
  try {
    return await measure(proof, subject, {
      ...setOptions(proof, title, span),
      reference,
      judged: [change],
      hardUntilMs: proof.clock.endMs * GRACE,
    });
  } finally {
    reference.close();
  }
}

/** The chosen changes together against the unchanged shadow; finishes even when time is short. */
async function measureSet(proof: Proof, best: Subject): Promise<MeasuredEvidence | null> {
  const options = setOptions(proof, "all chosen changes together", [0.8, 1]);
  return (await measure(proof, best, { ...options, hasInsertCost: true })).evidence;
}

function setOptions(proof: Proof, title: string, span: [number, number]): MeasureOptions {
  const { clock } = proof;
  return {
    title,
    extraMs: Math.min(EXTRA_SHARE * clock.endMs, clock.endMs - clock.elapsedMs()),
    hardUntilMs: Number.POSITIVE_INFINITY,
    hasInsertCost: false,
    phase: "set",
    span,
  };
}
