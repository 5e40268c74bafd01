import { availableParallelism } from "node:os";
import path from "node:path";
import { insertTimeShare, type WorkloadQuery } from "@/server/advisor";
import type { Candidate, LeftOut, TableSchema } from "@/server/contracts";
import { placeFor, productError } from "@/server/data-product";
import type { DataProduct } from "@/server/data-product/port";
import type { CostModel, WorkloadModel } from "../gain";
import type { ProgressReporter } from "../progress";
import type { ProofTimer } from "../timer";
import type { ProofInput } from "../types";
import {
  coverageIn,
  type PreparedWorkload,
  prepareReplays,
  workloadModel,
} from "./prepare-workload";
import { heldTableSql } from "./replay";
import { groupTables, selectWorkload, splitCandidates } from "./select-workload";
import {
  type BaselineOptions,
  buildBaseline,
  buildEmpty,
  copyShadow,
  discardExport,
  exportCached,
  type LoadedTable,
  openSession,
  type Session,
  TableBuildError,
} from "./shadow";

/** Everything that is held open while a proof measures. */
export interface MeasuringRoom extends PreparedWorkload {
  /** What was asked, without candidates of tables that were not copied. */
  input: ProofInput;
  timer: ProofTimer;
  progress: ProgressReporter;
  threads: number;
  tables: LoadedTable[];
  /** Never written again after it was built: variants are copies of it, and texts and cold runs read it. */
  baselineFile: string;
  baselineBytes: number;
  /** The same tables without rows. */
  emptyFile: string;
  baseline: Session;
  /** A copy of its own: measured inserts leave traces. */
  insertBaseline: Session;
  /** Queries that use no table a candidate changes: they count as unchanged. */
  untouched: WorkloadQuery[];
  workload: WorkloadModel;
  costs: CostModel;
  /** Candidates whose table was not copied: there was no time for it. */
  notCopied: Candidate[];
  /** How many of the tables that the proof looks at were not copied. */
  tablesLeftOut: LeftOut;
  close(): void;
}

/** Part of the planned time for copying the product's tables; building the shadow takes about as long. */
const EXPORT_SHARE = 0.3;
/** Groups of tables that are copied however long that takes. */
const GROUPS_MIN = 3;
/** Part of what is left of it then for running the workload as it is. */
const PREPARE_SHARE = 0.5;
const PLANNED_SHARE = 0.85;

/**
 * Copies the product's tables as far as their part of the time goes, builds the shadow and runs the
 * unchanged workload once.
 */
export async function openRoom(
  asked: ProofInput,
  { timer, progress }: { timer: ProofTimer; progress: ProgressReporter },
): Promise<MeasuringRoom> {
  const threads = shadowThreads(asked.schema.threads);
  const plannedMs = asked.secondsMax * 1000 * PLANNED_SHARE;
  const groups = groupTables(asked);
  const exportUntilMs = timer.elapsedMs() + EXPORT_SHARE * plannedMs;
  const loaded = await exportTables(asked, groups, { timer, progress, untilMs: exportUntilMs });
  const copied = new Set(loaded.map(({ table }) => table.name));
  const { candidates, notCopied } = splitCandidates(asked.candidates, copied);
  const input = { ...asked, candidates };
  const { touched, untouched, notReplayed } = selectWorkload(input, copied);
  const shadow = await buildShadows(input, loaded, { threads, progress });
  const sessions = await openSessions(input, loaded, { threads, ...shadow });
  try {
    const { baseline, insertBaseline: writable } = sessions;
    const untilMs = timer.elapsedMs() + PREPARE_SHARE * (plannedMs - timer.elapsedMs());
    const prepared = await prepareReplays(touched, {
      ...{ input, timer, progress, plannedMs, untilMs, baseline, writable },
    });
    prepared.notReplayed.push(...notReplayed);
    return {
      ...{ input, timer, progress, threads, tables: loaded, ...shadow, ...sessions },
      ...{ ...prepared, untouched, notCopied, tablesLeftOut: countLeftOut(groups, copied) },
      workload: workloadModel(prepared, untouched, coverageIn(input, prepared)),
      costs: costModel(input),
    };
  } catch (error) {
    sessions.close();
    throw error;
  }
}

/** Copies the product's tables, group by group, until the time for it has ended; the first few always. */
async function exportTables(
  input: ProofInput,
  groups: readonly TableSchema[][],
  { timer, progress, untilMs }: { timer: ProofTimer; progress: ProgressReporter; untilMs: number },
): Promise<LoadedTable[]> {
  const loaded: LoadedTable[] = [];
  for (const [index, group] of groups.entries()) {
    const isOver = index >= GROUPS_MIN && timer.elapsedMs() > untilMs;
    // What was asked for is tested as a whole.
    if (isOver && !input.isRequested) break;
    for (const table of group) {
      input.signal.throwIfAborted();
      progress.report("export", index / groups.length, `Reading table ${table.name}`);
      const exported = await exportCached({ ...input, table });
      const file = path.resolve(exported.file);
      const heldFile = path.join(path.resolve(input.workDir), `held-${loaded.length}.parquet`);
      loaded.push({ table, exported: { ...exported, file }, heldFile });
    }
  }
  const place = new Map(input.schema.tables.map((table, index) => [table, index]));
  const placeOf = ({ table }: LoadedTable) => place.get(table) ?? 0;
  return loaded.sort((a, b) => placeOf(a) - placeOf(b));
}

function countLeftOut(groups: readonly TableSchema[][], copied: ReadonlySet<string>): LeftOut {
  const wanted = groups.flat();
  return { left_out: wanted.filter(({ name }) => !copied.has(name)).length, of: wanted.length };
}

/** The shadow with the copied rows, and one without. */
async function buildShadows(
  input: ProofInput,
  loaded: LoadedTable[],
  { threads, progress }: { threads: number; progress: ProgressReporter },
): Promise<Pick<MeasuringRoom, "baselineFile" | "baselineBytes" | "emptyFile">> {
  const { signal, workDir } = input;
  const common = { threads, signal, views: input.schema.views };
  const baselineFile = path.join(workDir, "baseline.duckdb");
  const { bytes: baselineBytes } = await buildProduct(input.product, {
    ...{ ...common, file: baselineFile, tables: loaded, seed: input.seed },
    directories: [input.cacheDir, workDir].map((folder) => path.resolve(folder)),
    onTable: (table) => progress.report("shadow", 0, `Building the shadow copy of ${table}`),
  });
  const emptyFile = path.join(workDir, "empty.duckdb");
  await buildEmpty({ ...common, file: emptyFile, tables: loaded.map(({ table }) => table) });
  return { baselineFile, baselineBytes, emptyFile };
}

/** Throws `product_invalid` where DuckDB does not take what the product told or sent. */
async function buildProduct(product: DataProduct, options: BaselineOptions) {
  try {
    return await buildBaseline(options);
  } catch (error) {
    if (!(error instanceof TableBuildError)) throw error;
    const { loaded, part, message } = error;
    await discardExport(loaded.exported);
    const name = loaded.table.name;
    const found = { said: message, cause: error };
    if (part === "schema") {
      const place = placeFor(product, "GET /connector/schema");
      const what = "DuckDB does not create the table from what is told of it";
      throw productError(place, "wrong_field", { ...found, field: `table ${name}`, what });
    }
    const place = placeFor(product, `GET /connector/export/${encodeURIComponent(name)}`);
    const what = "DuckDB does not take the exported rows into the table of the schema";
    throw productError(place, "unreadable_rows", { ...found, what });
  }
}

/** Copies of the shadow: one that is read, and one that is written to. */
async function openSessions(
  { signal, workDir }: ProofInput,
  loaded: LoadedTable[],
  { threads, baselineFile }: { threads: number; baselineFile: string },
): Promise<Pick<MeasuringRoom, "baseline" | "insertBaseline" | "close">> {
  const opened: Session[] = [];
  const open = async (name: string, prepare: string[]) => {
    const file = path.join(workDir, name);
    await copyShadow(baselineFile, file);
    const session = await openSession({ threads, signal, file, prepare });
    opened.push(session);
    return session;
  };
  const close = () => {
    for (const session of opened.splice(0)) session.close();
  };
  try {
    const baseline = await open("baseline-run.duckdb", []);
    const held = loaded.map((one, index) => heldTableSql(index, one.heldFile));
    return { baseline, insertBaseline: await open("baseline-insert.duckdb", held), close };
  } catch (error) {
    close();
    throw error;
  }
}

function costModel({ schema, queries, weights }: ProofInput): CostModel {
  const inserting = schema.tables.reduce(
    (sum, { name }) => sum + insertTimeShare(queries, name),
    0,
  );
  return { ...weights, readShare: 1 - Math.min(1, inserting) };
}

/** No more threads than the product has; one where a second would starve the product. */
function shadowThreads(productThreads: number): number {
  const cores = availableParallelism();
  return cores <= 2 ? 1 : Math.max(1, Math.min(productThreads, cores - 1));
}
