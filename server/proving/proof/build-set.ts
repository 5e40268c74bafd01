import path from "node:path";
import { kindOf } from "@/server/advisor";
import type { Plan } from "@/server/contracts";
import { buildCandidate } from "../shadow";
import type { Proof } from "./open-proof";
import type { ChosenSet, SetMember } from "./set-member";
import type { Subject } from "./subject";

const follows = ({ candidate }: SetMember): boolean => kindOf(candidate.change).appliesAfterOthers;

/**
 * Builds changes together. The composed plan is run on empty tables first: what will be executed
 * must be able to run. Where only indexes, summaries or texts are added to a shadow that is built
 * already, their own plans follow, which gives the same file in a fraction of the time; any other
 * combination is built by the composed plan itself.
 * Throws `not_executable` when the changes exclude each other, `timeout` past `untilMs` (since the
 * proof began), DuckDB's error when it refuses.
 */
export async function buildSet(
  proof: Proof,
  members: SetMember[],
  built: { current: ChosenSet | null; name: string; untilMs: number },
): Promise<Subject> {
  const common = {
    threads: proof.threads,
    signal: proof.input.signal,
    timeoutMs: Math.max(1, built.untilMs - proof.clock.elapsedMs()),
  };
  const changes = members.map((member) => member.candidate.change);
  const targeted = new Set(members.flatMap((member) => [...member.subject.targeted]));
  const composed = proof.input.compile(changes);
  await buildCandidate({
    ...common,
    file: path.join(proof.input.workDir, "empty-run.duckdb"),
    baselineFile: proof.emptyFile,
    plan: composed,
  });
  const { from, plan } = shortestWay(proof, members, built.current) ?? {
    from: { file: proof.baselineFile, buildMs: 0, bytes: proof.baselineBytes },
    plan: composed,
  };
  if (plan.statements.length === 0) return { ...from, changes, targeted };
  const file = setFile(proof, built.name);
  const fresh = await buildCandidate({ ...common, file, baselineFile: from.file, plan });
  return { ...fresh, buildMs: from.buildMs + fresh.buildMs, file, changes, targeted };
}

export function setFile(proof: Proof, name: string): string {
  return path.join(proof.input.workDir, `${name}.duckdb`);
}

interface Way {
  from: Pick<Subject, "file" | "buildMs" | "bytes">;
  plan: Plan;
}

function shortestWay(proof: Proof, members: SetMember[], current: ChosenSet | null): Way | null {
  if (current?.members.every((member) => members.includes(member))) {
    const added = members.filter((member) => !current.members.includes(member));
    if (added.every(follows)) return { from: current.subject, plan: joinPlans(added) };
  }
  const rebuilt = members.filter((member) => !follows(member));
  const [first, ...others] = rebuilt;
  if (others.length > 0) return null;
  const from = first?.subject ?? {
    file: proof.baselineFile,
    buildMs: 0,
    bytes: proof.baselineBytes,
  };
  return { from, plan: joinPlans(members.filter(follows)) };
}

function joinPlans(members: SetMember[]): Plan {
  const plans = members.map((member) => member.candidate.plan);
  return {
    statements: plans.flatMap((plan) => plan.statements),
    revert_statements: [],
    cleanup_statements: plans.flatMap((plan) => plan.cleanup_statements),
    is_reversible: false,
  };
}
