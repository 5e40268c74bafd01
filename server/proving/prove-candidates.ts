import { mkdir } from "node:fs/promises";
import type { Finding, ProofProgress, ProofResult } from "@/server/contracts";
import { collectFindings } from "./findings";
import { bestCase } from "./proof/expected-time";
import { measureUntil } from "./proof/measure-until";
import { openProof, type Proof } from "./proof/open-proof";
import { orderCandidates } from "./proof/order-candidates";
import { orderMembers } from "./proof/order-members";
import { excludedByRule, type ProvedAlone, proveOne } from "./proof/prove-one";
import { searchSet } from "./proof/search-set";
import type { SetMember } from "./proof/set-member";
import { removeStaleWork } from "./shadow";
import type { ProofInput } from "./types";

/** Part of the time for looking at the data itself. */
const FINDINGS_SHARE = 0.1;

/**
 * Measures every candidate on a shadow copy of the product and chooses the best set.
 * A candidate that fails or does not fit into the time gets a verdict that says so; it never ends
 * the proof. Everything in `workDir` is removed at the end, whichever way it ends.
 * Throws what the product's export throws, and the signal's reason soon after an abort.
 */
export async function proveCandidates(input: ProofInput): Promise<ProofResult> {
  const leftOut = input.leftOut.map(({ candidate, reason }) => excludedByRule(candidate, reason));
  await removeStaleWork(input.workDir);
  await mkdir(input.workDir, { recursive: true });
  let proof: Proof | undefined;
  try {
    proof = await openProof(input);
    const findings = await lookAround(proof);
    const result = { ...(await measureAll(proof, leftOut)), findings };
    await input.onAdvice(result, { isComplete: true, note: null });
    return result;
  } finally {
    proof?.close();
    await removeStaleWork(input.workDir);
  }
}

/** Findings, within their part of the time. */
function lookAround(proof: Proof): Promise<Finding[]> {
  const { clock, input, baseline, tables, replays, baselineFile, threads } = proof;
  proof.progress.report("baseline", 1, "Looking at the quality of the data");
  const untilMs = clock.elapsedMs() + FINDINGS_SHARE * clock.endMs;
  return collectFindings({
    session: baseline,
    tables,
    schema: input.schema,
    queries: input.queries,
    replays,
    baselineFile,
    workDir: input.workDir,
    threads,
    seed: input.seed,
    now: new Date(),
    isTimeUp: () => clock.elapsedMs() > untilMs,
    onError: input.onProblem,
    signal: input.signal,
  });
}

/** The single change that saves most so far. */
function bestAlone(alone: ProvedAlone[]): ProofProgress["best"] | null {
  let best: ProofProgress["best"] | null = null;
  for (const { member } of alone) {
    if (member?.standing !== "alone") continue;
    const { gain } = member.evidence.workload;
    const candidate_ids = [member.candidate.candidate_id];
    if (!best || gain.value > best.gain.value) best = { candidate_ids, gain };
  }
  return best;
}

/** Time is kept for it: it pays alone, or has gains that it may keep beside others. */
function mayJoin({ replays, input }: Proof, member: SetMember): boolean {
  if (member.standing !== "beside") return member.standing === "alone";
  return bestCase(replays, new Map(), member) >= input.gainMin;
}

async function measureAll(
  proof: Proof,
  leftOut: ProofResult["alternatives"],
): Promise<Omit<ProofResult, "findings">> {
  const candidates = orderCandidates(proof.input);
  const alone: ProvedAlone[] = [];
  const joining: SetMember[] = [];
  for (const [index, candidate] of candidates.entries()) {
    const untilMs = measureUntil(proof.clock, orderMembers(proof.input, joining));
    const one = await proveOne(proof, candidate, { index, count: candidates.length, untilMs });
    alone.push(one);
    if (one.member !== null && mayJoin(proof, one.member)) joining.push(one.member);
    proof.progress.addVerdict(one.proved);
    const best = bestAlone(alone);
    if (best !== null) proof.progress.setBest(best);
    const done = (index + 1) / candidates.length;
    proof.progress.report("measure", done, `${candidate.title}: ${one.proved.verdict.reason}`);
  }
  const set = await searchSet(proof, alone);
  const rejected = alone.filter((one) => one.member === null).map((one) => one.proved);
  const count = set.accepted.length;
  proof.progress.report("done", 1, `${count} of ${candidates.length} candidates pay`);
  return {
    accepted: set.accepted,
    alternatives: [...set.dropped, ...rejected, ...leftOut],
    set_evidence: set.evidence,
    sets: set.sets,
  };
}
