import { availableParallelism } from "node:os";
import path from "node:path";
import { foreignKeysOf, insertTimeShare, type WorkloadQuery, writesTo } from "@/server/advisor";
import type { TableSchema } from "@/server/contracts";
import { placeFor, productError } from "@/server/data-product";
import type { DataProduct } from "@/server/data-product/port";
import type { CostModel, WorkloadModel } from "../gain";
import type { ProgressReporter } from "../progress";
import type { ProofTimer } from "../timer";
import type { ProofInput } from "../types";
import { tablesOf } from "./affected";
import { coverageOf } from "./coverage";
import { heldTableSql, type NotReplayed, prepareReplay, type Replay } from "./replay";
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
import { isWriteReplay, prepareWrite, type WriteReplay } from "./writes/prepare-write";

/** Everything that is held open while a proof measures. */
export interface MeasuringRoom {
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
  replays: Replay[];
  /** INSERT, UPDATE, DELETE and MERGE: they must end as before, and those that find rows are timed. */
  writes: WriteReplay[];
  notReplayed: NotReplayed[];
  /** Queries that use no table a candidate changes: they count as unchanged. */
  untouched: WorkloadQuery[];
  workload: WorkloadModel;
  costs: CostModel;
  close(): void;
}

/** Part of the planned time for running the workload as it is. */
const PREPARE_SHARE = 0.5;
const PLANNED_SHARE = 0.85;

/** Exports, builds the shadow and runs the unchanged workload once. */
export async function openRoom(
  input: ProofInput,
  { timer, progress }: { timer: ProofTimer; progress: ProgressReporter },
): Promise<MeasuringRoom> {
  const threads = shadowThreads(input.schema.threads);
  const { touched, untouched, unknown, tables } = selectWorkload(input);
  const loaded = await exportTables(input, tables, progress);
  const baselineFile = path.join(input.workDir, "baseline.duckdb");
  const common = { threads, signal: input.signal };
  const { bytes: baselineBytes } = await buildProduct(input.product, {
    ...common,
    file: baselineFile,
    directories: [input.cacheDir, input.workDir].map((folder) => path.resolve(folder)),
    tables: loaded,
    views: input.schema.views,
    seed: input.seed,
    onTable: (table) => progress.report("shadow", 0, `Building the shadow copy of ${table}`),
  });
  const emptyFile = path.join(input.workDir, "empty.duckdb");
  await buildEmpty({ ...common, file: emptyFile, tables, views: input.schema.views });
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
    const held = loaded.map((one, index) => heldTableSql(index, one.heldFile));
    const insertBaseline = await open("baseline-insert.duckdb", held);
    const plannedMs = input.secondsMax * 1000 * PLANNED_SHARE;
    const untilMs = timer.elapsedMs() + PREPARE_SHARE * (plannedMs - timer.elapsedMs());
    const writable = insertBaseline;
    const prepared = await prepareReplays(touched, {
      ...{ input, timer, baseline, writable, progress, untilMs },
    });
    prepared.notReplayed.push(...unknown);
    return {
      ...{ input, timer, progress, threads, tables: loaded, baselineFile, baselineBytes },
      ...{ emptyFile, baseline, insertBaseline, ...prepared, untouched, close },
      workload: workloadModel(prepared, untouched, coverageIn(input, prepared)),
      costs: costModel(input),
    };
  } catch (error) {
    close();
    throw error;
  }
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

const UNKNOWN =
  "which is no table or view of schema main that the product tells of, so it could not be analyzed or replayed";

/** The workload as it was run on the unchanged shadow. */
type PreparedWorkload = Pick<MeasuringRoom, "replays" | "writes" | "notReplayed">;

const WITHOUT_TIME =
  "it reads no table that a change touches, and the product has not seen it, so its time is not known and not part of the workload's";

/** What a proof can say of the workload: queries replayed here, those of other tables by their live times. */
export function workloadModel(
  { replays, writes, notReplayed }: PreparedWorkload,
  untouched: WorkloadQuery[],
  coverage: number,
): WorkloadModel {
  // A request may bring a query that the product has not seen: it weighs nothing, and it is said.
  const withoutTime = untouched
    .filter(({ pattern }) => pattern.median_ms === 0)
    .map((query) => ({ query, why: WITHOUT_TIME }));
  return {
    replayed: [...replays, ...writes.filter(({ isTimed }) => isTimed)].map(
      ({ baselineMs, query: { pattern } }) => {
        return { fingerprint: pattern.fingerprint, calls: pattern.calls, baselineMs };
      },
    ),
    untouched: untouched
      .filter(({ pattern }) => pattern.median_ms > 0)
      .map(({ pattern }) => ({ calls: pattern.calls, baselineMs: pattern.median_ms })),
    notReplayed: [...notReplayed, ...withoutTime].map(({ query, why }) => ({
      fingerprint: query.pattern.fingerprint,
      sql: query.pattern.sql,
      why,
    })),
    coverage,
  };
}

function coverageIn(input: ProofInput, { replays, writes }: PreparedWorkload): number {
  const observed = input.observed ?? { queries: [], droppedCalls: 0 };
  // A product that was never seen to be asked anything: then of what the question brought.
  const hasCalls = observed.queries.some(({ pattern }) => pattern.calls > 0);
  return coverageOf(hasCalls ? observed : { queries: input.queries, droppedCalls: 0 }, {
    replayed: new Set([...replays, ...writes].map(({ query }) => query.pattern.fingerprint)),
    changedTables: new Set(input.candidates.map(({ change }) => change.table)),
    knownTables: new Set(input.schema.tables.map(({ name }) => name)),
  });
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

function selectWorkload(input: ProofInput) {
  const changed = new Set(input.candidates.flatMap(({ change }) => tablesOf(change)));
  const isTouched = (query: WorkloadQuery) => query.shape.tables.some((name) => changed.has(name));
  const touched = input.queries.filter(isTouched);
  const read = [...changed, ...touched.flatMap((query) => query.shape.tables)];
  const needed = withForeignKeys(input, new Set(read));
  // Small tables are cheap to check; without candidates there is time for all of them.
  const rowsMax = changed.size > 0 ? input.rowsMax / 10 : Number.POSITIVE_INFINITY;
  const isWanted = (table: TableSchema) =>
    needed.has(table.name) || (table.row_count <= rowsMax && !table.name.startsWith("_sidecar_"));
  const unchanged = input.queries.filter(
    (query) => !isTouched(query) && query.shape.kind === "select",
  );
  const known = new Set(input.schema.tables.map(({ name }) => name));
  const strangerOf = ({ shape }: WorkloadQuery) => shape.tables.find((name) => !known.has(name));
  return {
    touched,
    untouched: unchanged.filter((query) => strangerOf(query) === undefined),
    // A view that is not told may read a changed table: such a query is not known to be untouched.
    unknown: unchanged.flatMap((query): NotReplayed[] => {
      const name = strangerOf(query);
      return name === undefined ? [] : [{ query, why: `it reads ${name}, ${UNKNOWN}` }];
    }),
    tables: input.schema.tables.filter(isWanted),
  };
}

/**
 * Beside these tables those that their foreign keys point to, and those whose keys point to a table
 * that the workload writes to: whether a write succeeds depends on them. Only tables that the shadow
 * holds wholly: a sample of a table has not what points to it, or what it points to.
 */
function withForeignKeys(input: ProofInput, tables: ReadonlySet<string>): Set<string> {
  const whole = input.schema.tables.filter(({ row_count }) => row_count <= input.rowsMax);
  const isWritten = (name: string) => input.queries.some((query) => writesTo(query, name));
  const found = new Set(tables);
  for (const table of whole) {
    const targets = foreignKeysOf(table).map(({ references }) => references);
    const pointsToWritten = [...tables].some(
      (name) => targets.includes(name.toLowerCase()) && isWritten(name),
    );
    if (pointsToWritten) found.add(table.name);
  }
  // A key of a key's table, and so on: each round may add tables.
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    const targets = input.schema.tables
      .filter(({ name }) => found.has(name))
      .flatMap((table) => foreignKeysOf(table).map(({ references }) => references));
    for (const { name } of whole) if (targets.includes(name.toLowerCase())) found.add(name);
  }
  return found;
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

/** How long one query or write may take, ms: a twentieth of the proof's time. */
export const queryTimeoutMs = ({ secondsMax }: Pick<ProofInput, "secondsMax">): number =>
  Math.max(1000, secondsMax * 50);

/**
 * Runs the unchanged workload, what weighs most first; what its part of the time does not reach is
 * marked as not replayed.
 */
async function prepareReplays(
  queries: WorkloadQuery[],
  opened: {
    input: ProofInput;
    timer: { elapsedMs(): number };
    /** ms since the proof began. */
    untilMs: number;
    baseline: Session;
    /** A copy that may be written to. */
    writable: Session;
    progress: ProgressReporter;
  },
): Promise<PreparedWorkload> {
  const { input, timer, untilMs, baseline, writable, progress } = opened;
  const replays: Replay[] = [];
  const writes: WriteReplay[] = [];
  const notReplayed: NotReplayed[] = [];
  const timeoutMs = queryTimeoutMs(input);
  const weight = ({ pattern }: WorkloadQuery) => pattern.calls * pattern.median_ms;
  const heaviestFirst = [...queries].sort((a, b) => weight(b) - weight(a));
  for (const [index, query] of heaviestFirst.entries()) {
    if (timer.elapsedMs() > untilMs) {
      notReplayed.push({ query, why: "the time of this proof did not reach it" });
      continue;
    }
    const message = `Replaying the workload as it is: query ${index + 1} of ${queries.length}`;
    progress.report("baseline", index / queries.length, message);
    const { seed, signal } = input;
    const common = { seed, signal, timeoutMs };
    const prepared =
      query.shape.kind === "select"
        ? await prepareReplay(baseline, query, common)
        : await prepareWrite(writable, query, common);
    if ("why" in prepared) notReplayed.push(prepared);
    else if (isWriteReplay(prepared)) writes.push(prepared);
    else replays.push(prepared);
  }
  // Cheapest first.
  const place = new Map(queries.map((query, index) => [query, index]));
  const placeOf = ({ query }: { query: WorkloadQuery }) => place.get(query) ?? 0;
  replays.sort((a, b) => a.baselineMs - b.baselineMs || placeOf(a) - placeOf(b));
  notReplayed.sort((a, b) => placeOf(a) - placeOf(b));
  return { replays, writes, notReplayed };
}
