import path from "node:path";
import {
  type Candidate,
  type MeasuredEvidence,
  type ProvedCandidate,
  rewritesOf,
  type Verdict,
} from "@/server/contracts";
import { AppError } from "@/server/platform";
import { isLoss, isSureGain, rejection } from "../judge";
import { buildCandidate, removeStaleWork } from "../shadow";
import { askGain, isSuggested } from "./ask-gain";
import { lookTwice } from "./look-twice";
import { measureAlone } from "./measure-alone";
import type { Proof } from "./open-proof";
import type { SetMember, Standing } from "./set-member";
import type { Subject } from "./subject";

/** Part of the whole time that one candidate may take for pairs beyond the minimum. */
const EXTRA_SHARE = 0.015;

export interface ProvedAlone {
  proved: ProvedCandidate;
  /** What it was alone, kept while the candidate may still join the set. */
  member: SetMember | null;
}

/** Builds and measures one candidate against the unchanged shadow. Its failure is its verdict. */
export async function proveOne(
  proof: Proof,
  candidate: Candidate,
  position: { index: number; count: number; untilMs: number },
): Promise<ProvedAlone> {
  const { clock, progress, input } = proof;
  const startedMs = clock.elapsedMs();
  if (startedMs > position.untilMs) {
    return {
      proved: notReached(candidate, "The time of this proof ended before its turn."),
      member: null,
    };
  }
  const { index, count, untilMs } = position;
  progress.report("measure", index / count, `Applying ${candidate.title} to a shadow copy`);
  const file = path.join(input.workDir, `candidate-${index}.duckdb`);
  try {
    const subject = await buildAlone(proof, candidate, file, untilMs);
    const asked = askGain(input, [candidate]);
    const look = () =>
      measureAlone(proof, { candidate, subject }, asked, {
        title: candidate.title,
        gainMin: asked.gainMin,
        lossMin: asked.lossMin,
        extraMs: Math.min(
          EXTRA_SHARE * clock.endMs,
          (untilMs - clock.elapsedMs()) / (2 * (count - index)),
        ),
        hardUntilMs: untilMs,
        phase: "measure",
        span: [index / count, (index + 1) / count],
      });
    // A loss that the last proof did not see.
    const alone = await lookTwice(
      proof,
      look,
      (seen) => "verdict" in seen && isLoss(seen.verdict) && isSuggested(input, candidate),
    );
    if ("why" in alone) return reject(file, candidate, "results_differ", alone.why);
    const { verdict, ...kept } = alone;
    const proved = { candidate: kept.candidate, verdict, evidence: kept.evidence };
    const standing = standingOf(candidate, verdict, kept.evidence, asked.gainMin);
    if (standing === null) {
      await removeStaleWork(file);
      return { proved, member: null };
    }
    return { proved, member: { standing, ...kept } };
  } catch (error) {
    input.signal.throwIfAborted();
    if (error instanceof AppError && error.code === "timeout") {
      return reject(
        file,
        candidate,
        "not_reached",
        "The time of this proof ended while it was measured.",
      );
    }
    const message = error instanceof Error ? error.message : String(error);
    return error instanceof BuildFailure
      ? reject(file, candidate, "failed_to_apply", `It cannot be applied: ${message}`)
      : reject(file, candidate, "not_measurable", `It could not be measured: ${message}`);
  }
}

/** null: it has no place in any set. */
function standingOf(
  candidate: Candidate,
  verdict: Verdict,
  evidence: MeasuredEvidence,
  gainMin: number,
): Standing | null {
  if (verdict.is_accepted) return "alone";
  if (mayMend(candidate, verdict)) return "mending";
  return mayPayBesideOthers(candidate, verdict, evidence, gainMin) ? "beside" : null;
}

/**
 * Another text may pay only once the tables are changed; and what slows a query while it surely
 * speeds up another may pay beside a change that serves the first (an index beside an order).
 */
function mayPayBesideOthers(
  { change }: Candidate,
  verdict: Verdict,
  evidence: MeasuredEvidence,
  gainMin: number,
): boolean {
  const { code } = verdict;
  if (code === "gain_below_threshold" || code === "interval_includes_zero") {
    return rewritesOf(change).length > 0;
  }
  return (
    isLoss(verdict) && evidence.queries.some((one) => one.is_targeted && isSureGain(one, gainMin))
  );
}

/** An index that the present order makes needless serves once another order is chosen. */
function mayMend({ change }: Candidate, { code }: Verdict): boolean {
  const isNoGain = code === "gain_below_threshold" || code === "interval_includes_zero";
  return change.kind === "add_index" && isNoGain;
}

/** What DuckDB said of a plan that did not run. */
class BuildFailure extends Error {}

async function buildAlone(
  proof: Proof,
  candidate: Candidate,
  file: string,
  untilMs: number,
): Promise<Subject> {
  const { clock, input, threads, baselineFile } = proof;
  const { plan, change, targeted_fingerprints } = candidate;
  const timeoutMs = untilMs - clock.elapsedMs();
  const targeted = new Set(targeted_fingerprints);
  if (plan.statements.length === 0) {
    // Only texts change: the unchanged shadow itself is what they run on.
    const bytes = proof.baselineBytes;
    return { file: baselineFile, buildMs: 0, bytes, changes: [change], targeted };
  }
  try {
    const built = await buildCandidate({
      file,
      threads,
      baselineFile,
      plan,
      timeoutMs,
      signal: input.signal,
    });
    return { ...built, file, changes: [change], targeted };
  } catch (error) {
    input.signal.throwIfAborted();
    if (error instanceof AppError) throw error;
    throw new BuildFailure(error instanceof Error ? error.message : String(error));
  }
}

async function reject(
  file: string,
  candidate: Candidate,
  code: "results_differ" | "not_reached" | "failed_to_apply" | "not_measurable",
  reason: string,
): Promise<ProvedAlone> {
  for (const name of [file, `${file}.wal`]) await removeStaleWork(name);
  const verdict = rejection(code, reason);
  return { proved: { candidate, verdict, evidence: null }, member: null };
}

function notReached(candidate: Candidate, reason: string): ProvedCandidate {
  return { candidate, verdict: rejection("not_reached", reason), evidence: null };
}

/** An alternative that a rule speaks against: shown with its reason, never measured. */
export function excludedByRule(candidate: Candidate, reason: string): ProvedCandidate {
  return { candidate, verdict: rejection("excluded_by_rule", reason), evidence: null };
}
