import path from "node:path";
import type { Change, MeasuredEvidence } from "@/server/contracts";
import { LOSS_MIN } from "../judge";
import {
  measureInsertCost,
  measurePairs,
  type PairedSamples,
  type Replay,
  rowsScanned,
} from "../replay";
import { copyShadow, openSession, removeStaleWork, type Session } from "../shadow";
import { deriveSeed } from "../statistics";
import { type Affected, affectedReplays } from "./affected";
import { checkResults, type ResultCheck } from "./check-results";
import { assertBefore } from "./clock";
import { buildEvidence } from "./evidence";
import { heldTables, type Proof } from "./open-proof";
import type { Subject } from "./subject";

export interface MeasureOptions {
  title: string;
  /** What it is compared with; the unchanged shadow unless another is given. */
  reference?: Session;
  /** Changes that `reference` lacks, when it is given. */
  judged?: Change[];
  /** Time for pairs beyond the minimum. */
  extraMs: number;
  /** AppError `timeout` when the minimum of pairs does not fit. */
  hardUntilMs: number;
  hasInsertCost: boolean;
  phase: "measure" | "set";
  /** Part of the phase done before, and after. */
  span: [number, number];
}

export interface Measured {
  evidence: MeasuredEvidence | null;
  check: ResultCheck;
}

const PAIRS_MIN = 5;
const PAIRS_MAX = 40;

/** Compares a built shadow with the reference: results first, then pairs, plans and inserts. */
export async function measure(
  proof: Proof,
  subject: Subject,
  options: MeasureOptions,
): Promise<Measured> {
  const startedMs = performance.now();
  const changed = new Set(subject.changes.map((change) => change.table));
  const affected = affectedReplays(proof.replays, options.judged ?? subject.changes);
  const replays = affected.map((one) => one.replay);
  const { signal } = proof.input;
  const session = await openSession({ file: subject.file, threads: proof.threads, signal });
  try {
    const tables = [...changed].map((name) => ({ name, isRewritten: isRewritten(subject, name) }));
    const check = await checkResults(proof, session, tables, replays);
    if (check.failure !== null) return { evidence: null, check };
    const samples = await takePairs(proof, session, affected, options);
    const scanned = await scanAll(session, samples);
    session.close();
    const insertCost = options.hasInsertCost ? await insertCostOf(proof, subject) : null;
    const durationMs = performance.now() - startedMs;
    return {
      evidence: buildEvidence(proof, subject, { samples, scanned, check, insertCost, durationMs }),
      check,
    };
  } finally {
    session.close();
  }
}

function isRewritten(subject: Subject, table: string): boolean {
  return subject.changes.some((change) => change.table === table && change.kind !== "add_index");
}

async function takePairs(
  proof: Proof,
  session: Session,
  affected: Affected[],
  options: MeasureOptions,
): Promise<PairedSamples[]> {
  const { clock, input, progress } = proof;
  const [from, to] = options.span;
  const replays = affected.map((one) => one.replay);
  let done = 0;
  let extraUntilMs: number | undefined;
  return measurePairs({
    baseline: options.reference ?? proof.baseline,
    candidate: session,
    replays: affected,
    rule: {
      pairsMin: PAIRS_MIN,
      pairsMax: PAIRS_MAX,
      gainMin: input.gainMin,
      lossMin: LOSS_MIN,
      seed: deriveSeed(input.seed, options.title),
    },
    // First asked when every query has its minimum.
    isTimeUp: () => {
      extraUntilMs ??= clock.elapsedMs() + options.extraMs;
      return clock.elapsedMs() > extraUntilMs;
    },
    assertTime: () => assertBefore(clock, options.hardUntilMs),
    onPairs: (replay, pairs) => {
      done++;
      const part = from + (to - from) * (1 - Math.exp(-done / (10 * replays.length)));
      const which = `query ${replays.indexOf(replay) + 1} of ${replays.length}`;
      const message = `Measuring ${options.title}: pair ${pairs} of ${which}`;
      progress.report(options.phase, part, message);
    },
  });
}

async function scanAll(session: Session, samples: PairedSamples[]): Promise<Map<Replay, number>> {
  const scanned = new Map<Replay, number>();
  for (const { replay } of samples) {
    scanned.set(replay, await rowsScanned(session, replay.texts[0] ?? replay.query.shape.sql));
  }
  return scanned;
}

/** On a copy: the built shadow may still be measured beside others. */
async function insertCostOf(
  proof: Proof,
  subject: Subject,
): Promise<MeasuredEvidence["insert_cost"]> {
  const table = subject.changes[0]?.table;
  const index = proof.tables.findIndex((loaded) => loaded.table.name === table);
  const loaded = proof.tables[index];
  if (loaded === undefined) return null;
  const file = path.join(proof.input.workDir, "insert-run.duckdb");
  await copyShadow(subject.file, file);
  const { signal } = proof.input;
  const prepare = heldTables(proof.tables);
  const session = await openSession({ file, threads: proof.threads, signal, prepare });
  try {
    return await measureInsertCost(loaded.table, index, proof.insertBaseline, session);
  } finally {
    session.close();
    for (const name of [file, `${file}.wal`]) await removeStaleWork(name);
  }
}
