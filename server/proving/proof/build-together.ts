import path from "node:path";
import type { Plan, ProvedCandidate } from "@/server/contracts";
import { buildCandidate } from "../shadow";
import type { Proof } from "./open-proof";
import type { Subject } from "./subject";

/** A candidate that passed alone, with its built shadow. */
export interface Member {
  proved: ProvedCandidate;
  subject: Subject;
}

export interface Together {
  best: Subject;
  chosen: ProvedCandidate[];
  next: Member;
}

/**
 * Builds the chosen changes and the next one together. The composed plan is run on empty tables
 * first: what will be executed must be able to run. Indexes are then added to a shadow that is
 * already built, which gives the same file in a fraction of the time; any other combination is
 * built by the composed plan itself.
 */
export async function buildTogether(proof: Proof, together: Together): Promise<Subject> {
  const { best, next } = together;
  const changes = [...best.changes, next.proved.candidate.change];
  const composed = proof.input.compile(changes);
  await buildCandidate({
    ...common(proof),
    file: path.join(proof.input.workDir, "empty-run.duckdb"),
    baselineFile: proof.emptyFile,
    plan: composed,
  });
  const { from, plan } = shortestWay(proof, together, composed);
  const name = `set-${changes.length}-${path.basename(next.subject.file)}`;
  const file = path.join(proof.input.workDir, name);
  const built = await buildCandidate({ ...common(proof), file, baselineFile: from.file, plan });
  const targeted = next.subject.targeted;
  return { ...built, buildMs: from.buildMs + built.buildMs, file, changes, targeted };
}

function common({ threads, input, clock }: Proof) {
  const timeoutMs = Math.max(1, clock.endMs - clock.elapsedMs());
  return { threads, signal: input.signal, timeoutMs };
}

function shortestWay(
  proof: Proof,
  { best, chosen, next }: Together,
  composed: Plan,
): { from: { file: string; buildMs: number }; plan: Plan } {
  if (next.proved.candidate.change.kind === "add_index") {
    return { from: best, plan: next.proved.candidate.plan };
  }
  if (best.changes.every((change) => change.kind === "add_index")) {
    const plans = chosen.map((one) => one.candidate.plan);
    return { from: next.subject, plan: joinPlans(plans) };
  }
  return { from: { file: proof.baselineFile, buildMs: 0 }, plan: composed };
}

/** Indexes are independent of each other: their plans may simply follow one another. */
function joinPlans(plans: Plan[]): Plan {
  return {
    statements: plans.flatMap((plan) => plan.statements),
    revert_statements: [],
    cleanup_statements: plans.flatMap((plan) => plan.cleanup_statements),
    is_reversible: false,
  };
}
