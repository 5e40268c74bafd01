import { availableParallelism } from "node:os";
import path from "node:path";
import type { WorkloadQuery } from "@/server/advisor";
import type { TableSchema } from "@/server/contracts";
import { heldTableSql, type NotReplayed, type Replay } from "../replay";
import {
  buildBaseline,
  buildEmpty,
  copyShadow,
  exportCached,
  isSampled,
  type LoadedTable,
  openSession,
  type Session,
} from "../shadow";
import type { ProofInput } from "../types";
import { type ProofClock, reserveLook, startClock } from "./clock";
import { prepareReplays } from "./prepare-replays";
import { createReporter, type ProgressReporter } from "./progress";

/** Everything a proof holds open while it measures. */
export interface Proof {
  input: ProofInput;
  clock: ProofClock;
  progress: ProgressReporter;
  threads: number;
  tables: LoadedTable[];
  /** Never written again after it was built: candidates are copies of it, and texts and cold runs read it. */
  baselineFile: string;
  baselineBytes: number;
  /** The same tables without rows. */
  emptyFile: string;
  baseline: Session;
  /** A copy of its own: measured inserts leave traces. */
  insertBaseline: Session;
  replays: Replay[];
  notReplayed: NotReplayed[];
  /** Queries that use no table a candidate changes: they count as unchanged. */
  untouched: WorkloadQuery[];
  close(): void;
}

/** Exports, builds the shadow and runs the unchanged workload once. */
export async function openProof(input: ProofInput): Promise<Proof> {
  const started = startClock(input.secondsMax);
  const progress = createReporter(input.onProgress);
  const threads = shadowThreads(input.schema.threads);
  const { touched, untouched, tables } = selectWorkload(input);
  const loaded = await exportTables(input, tables, progress);
  const clock = loaded.some(isSampled) ? reserveLook(started) : started;
  const baselineFile = path.join(input.workDir, "baseline.duckdb");
  const common = { threads, signal: input.signal };
  const { bytes: baselineBytes } = await buildBaseline({
    ...common,
    file: baselineFile,
    directories: [input.cacheDir, input.workDir].map((folder) => path.resolve(folder)),
    tables: loaded,
    seed: input.seed,
    onTable: (table) => progress.report("shadow", 0, `Building the shadow copy of ${table}`),
  });
  const emptyFile = path.join(input.workDir, "empty.duckdb");
  await buildEmpty({ ...common, file: emptyFile, tables });
  const opened: Session[] = [];
  const open = async (name: string, prepare: string[]) => {
    const file = path.join(input.workDir, name);
    await copyShadow(baselineFile, file);
    const session = await openSession({ ...common, file, prepare });
    opened.push(session);
    return session;
  };
  const close = () => {
    for (const session of opened.splice(0)) session.close();
  };
  try {
    const baseline = await open("baseline-run.duckdb", []);
    const insertBaseline = await open("baseline-insert.duckdb", heldTables(loaded));
    const { replays, notReplayed } = await prepareReplays(touched, {
      input,
      clock,
      baseline,
      progress,
    });
    return {
      input,
      clock,
      progress,
      threads,
      tables: loaded,
      baselineFile,
      baselineBytes,
      emptyFile,
      baseline,
      insertBaseline,
      replays,
      notReplayed,
      untouched,
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** Statements that open the held samples of all tables in a session. */
function heldTables(tables: LoadedTable[]): string[] {
  return tables.map((loaded, index) => heldTableSql(index, loaded.heldFile));
}

/** No more threads than the product has; one where a second would starve the product. */
function shadowThreads(productThreads: number): number {
  const cores = availableParallelism();
  return cores <= 2 ? 1 : Math.max(1, Math.min(productThreads, cores - 1));
}

function selectWorkload(input: ProofInput) {
  const changed = new Set(input.candidates.map((candidate) => candidate.change.table));
  const isTouched = (query: WorkloadQuery) => query.shape.tables.some((name) => changed.has(name));
  const touched = input.queries.filter(isTouched);
  const needed = new Set([...changed, ...touched.flatMap((query) => query.shape.tables)]);
  // Small tables cost little to look at; without candidates there is time for all of them.
  const rowsMax = changed.size > 0 ? input.rowsMax / 10 : Number.POSITIVE_INFINITY;
  const isWanted = (table: TableSchema) =>
    needed.has(table.name) || (table.row_count <= rowsMax && !table.name.startsWith("_sidecar_"));
  return {
    touched,
    untouched: input.queries.filter((query) => !isTouched(query) && query.shape.kind === "select"),
    tables: input.schema.tables.filter(isWanted),
  };
}

async function exportTables(
  input: ProofInput,
  tables: TableSchema[],
  progress: ProgressReporter,
): Promise<LoadedTable[]> {
  const loaded: LoadedTable[] = [];
  for (const [index, table] of tables.entries()) {
    input.signal.throwIfAborted();
    progress.report("export", index / tables.length, `Reading table ${table.name}`);
    const exported = await exportCached({ ...input, table });
    const heldFile = path.join(path.resolve(input.workDir), `held-${index}.parquet`);
    loaded.push({ table, exported: { ...exported, file: path.resolve(exported.file) }, heldFile });
  }
  return loaded;
}
