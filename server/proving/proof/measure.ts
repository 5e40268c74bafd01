import { kindOf } from "@/server/advisor";
import type { MeasuredEvidence } from "@/server/contracts";
import { failureOf, type PairedSamples, QueryFailure, type Replay, readProfile } from "../replay";
import { openSession, type Session } from "../shadow";
import { affectedReplays } from "./affected";
import { checkResults, describeFailure, type ResultCheck } from "./check-results";
import { buildEvidence } from "./evidence";
import { measureInserts, type WeighedInserts } from "./measure-inserts";
import type { MeasureOptions } from "./measure-options";
import type { Proof } from "./open-proof";
import type { Subject } from "./subject";
import { takePairs } from "./take-pairs";

export interface Measured {
  /** null: rows or columns differ, or a query that worked before fails now. */
  evidence: MeasuredEvidence | null;
  check: ResultCheck;
  /** Insert cost against the unchanged shadow, whatever the reference. */
  inserts: WeighedInserts[];
}

/** Compares a built shadow with the reference: results first, then pairs, rows scanned and inserts. */
export async function measure(
  proof: Proof,
  subject: Subject,
  options: MeasureOptions,
): Promise<Measured> {
  const startedMs = performance.now();
  const judged = options.judged ?? subject.changes;
  const sides = { before: options.reference ?? { changes: [] }, after: subject };
  const affected = affectedReplays(proof.replays, judged, sides);
  const { signal } = proof.input;
  // Where only texts differ, both sides are one database.
  const shared = options.reference?.file === subject.file ? options.reference.session : null;
  const session =
    shared ?? (await openSession({ file: subject.file, threads: proof.threads, signal }));
  const close = () => {
    if (shared === null) session.close();
  };
  try {
    const isRetyped = subject.changes.some((change) => kindOf(change).changesTypes);
    const remainingMs = () => options.hardUntilMs - proof.clock.elapsedMs();
    const tables = changedTables(subject);
    const checked = { session, tables, pairs: affected, isRetyped, remainingMs };
    const check = await checkResults(proof, checked);
    if (check.failure !== null || check.difference !== null) {
      return { evidence: null, check, inserts: [] };
    }
    const reference = options.reference?.session ?? proof.baseline;
    const left = options.reference?.left ?? new Map();
    const compared = { reference, session, affected, left };
    // A parameter set whose results were not compared may be the one that fails.
    const taken = await failureOf(async () => {
      const samples = await takePairs(proof, compared, options);
      return { samples, scanned: await scanAll(session, samples) };
    });
    if (taken instanceof QueryFailure) {
      return { evidence: null, check: { ...check, failure: describeFailure(taken) }, inserts: [] };
    }
    close();
    const inserts = await measureInserts(proof, subject, judged, options.inserts);
    const durationMs = performance.now() - startedMs;
    const measured = { ...taken, check, inserts, durationMs, left };
    return { evidence: buildEvidence(proof, subject, measured), check, inserts };
  } finally {
    close();
  }
}

/** Tables whose rows must still be the same: all of them compared where the plan rewrites them. */
function changedTables({ changes }: Subject): { name: string; isRewritten: boolean }[] {
  const rewritten = (name: string) =>
    changes.some((change) => change.table === name && kindOf(change).rewritesRows);
  return [...new Set(changes.map((change) => change.table))].map((name) => ({
    name,
    isRewritten: rewritten(name),
  }));
}

async function scanAll(session: Session, samples: PairedSamples[]): Promise<Map<Replay, number>> {
  const scanned = new Map<Replay, number>();
  for (const { replay, textsAfter } of samples) {
    const text = textsAfter[0] ?? replay.query.shape.sql;
    scanned.set(replay, (await readProfile(session, text)).rowsScanned);
  }
  return scanned;
}
