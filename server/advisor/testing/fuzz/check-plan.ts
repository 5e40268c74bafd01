import { isDeepStrictEqual } from "node:util";
import type { Change, Plan, TableSchema } from "@/server/contracts";
import { AppError } from "@/server/platform/errors";
import { areAlike, type WriteOutcome } from "@/server/proving/measure/writes/try-write";
import { quoteIdentifier } from "@/server/sql";
import { lossSql } from "../../plan/alter-sql";
import { type BrokenWrite, warningOf } from "./expected-breaks";
import { type DatabaseState, openPlanDatabase, type PlanDatabase } from "./plan-database";
import type { RandomWrite } from "./random-writes";

type Compile = (tables: readonly TableSchema[], changes: readonly Change[]) => Plan;

/** Changes of a database, the product's writes, and what the sidecar says of the changes. */
export interface PlanCase {
  setup: string[];
  changes: Change[];
  writes: RandomWrite[];
  /** Committed while the plan is applied; null: nothing is. */
  insert: string | null;
  /** Drawbacks and risks of a proposal; null for changes that nobody proposed. */
  warnings: string | null;
  /** In a file: it must be found again after a crash, too. */
  isStored: boolean;
}

/** `refused`: compiling throws `not_executable`; `failed`: DuckDB refuses, and nothing has changed. */
export type PlanOutcome =
  | { state: "refused"; why: string }
  | { state: "failed"; why: string }
  | { state: "reverted"; writes: number; warned: number }
  | { state: "wrong"; what: string };

/** Errors by which a plan may end: rows that do not fit, or a type that no index has. */
const BY_DATA = /^(Constraint|Conversion|Invalid Input) Error|type for index/;

const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";

/** `checkPlanOn` a database of the case's own. */
export async function checkPlan(input: PlanCase, compile: Compile): Promise<PlanOutcome> {
  const db = await openPlanDatabase(input.setup, { isStored: input.isStored });
  try {
    return await checkPlanOn(db, input, compile);
  } finally {
    db.close();
  }
}

/** Compiles the changes, applies them and takes them back, and compares what must be the same. */
export async function checkPlanOn(
  db: PlanDatabase,
  input: PlanCase,
  compile: Compile,
): Promise<PlanOutcome> {
  try {
    return await applyAndRevert(db, input, compile);
  } catch (error) {
    return { state: "wrong", what: messageOf(error) };
  }
}

async function applyAndRevert(
  db: PlanDatabase,
  input: PlanCase,
  compile: Compile,
): Promise<PlanOutcome> {
  const tables = await db.tables();
  const compiled = tryCompile(tables, input.changes, compile);
  if ("why" in compiled) return { state: "refused", why: compiled.why };
  const { plan } = compiled;
  const before = await outcomesOf(db, input.writes);
  const old = await db.state();
  const why = await apply(db, plan, old);
  if (why !== null) return { state: "failed", why };
  await checkApplied(db, { old, tables, changes: input.changes });
  await checkCrash(db);
  const warned = checkWrites(input, { before, after: await outcomesOf(db, input.writes), tables });
  const expected = await commit(db, input, { old, before, tables });
  await revert(db, plan);
  checkReverted(expected.state, await db.state());
  await checkCrash(db);
  const again = await outcomesOf(db, input.writes);
  const other = input.writes.findIndex((_, index) => !alikeAt(expected.outcomes, again, index));
  if (other >= 0) {
    const [text, then, now] = [textOf(input.writes[other]), expected.outcomes[other], again[other]];
    throw new Error(`after the revert, ${text} ends otherwise: ${show(then)}, now ${show(now)}`);
  }
  return { state: "reverted", writes: input.writes.length, warned };
}

function tryCompile(
  tables: readonly TableSchema[],
  changes: readonly Change[],
  compile: Compile,
): { plan: Plan } | { why: string } {
  try {
    const plan = compile(tables, changes);
    return plan.statements.length === 0 ? { why: "There is nothing to do." } : { plan };
  } catch (error) {
    if (error instanceof AppError && error.code === "not_executable") return { why: error.message };
    throw error;
  }
}

async function outcomesOf(
  db: PlanDatabase,
  writes: readonly RandomWrite[],
): Promise<WriteOutcome[]> {
  const outcomes: WriteOutcome[] = [];
  for (const { statements } of writes) outcomes.push(await db.tryWrite(statements));
  return outcomes;
}

/** null: applied; otherwise why the database refused, with nothing changed. */
async function apply(db: PlanDatabase, plan: Plan, old: DatabaseState): Promise<string | null> {
  const drawn = await db.sequences();
  let why: string | null = null;
  try {
    await db.transact(plan.statements);
  } catch (error) {
    why = messageOf(error);
  }
  if (!isDeepStrictEqual(drawn, await db.sequences())) {
    throw new Error("the plan draws from a sequence");
  }
  if (why !== null) {
    if (!BY_DATA.test(why)) throw new Error(`the plan is no SQL for this table: ${why}`);
    const difference = differenceOf(old, await db.state());
    if (difference !== null) throw new Error(`the plan fails and leaves behind: ${difference}`);
  }
  return why;
}

const sorted = (texts: readonly string[] = []): string[] => [...texts].sort();

/** The same rows everywhere, in their former types; views answer alike where no type changed. */
async function checkApplied(
  db: PlanDatabase,
  { old, tables, changes }: { old: DatabaseState; tables: TableSchema[]; changes: Change[] },
): Promise<void> {
  const applied = await db.state(tables);
  for (const [table, rows] of old.rows) {
    if (isDeepStrictEqual(sorted(rows), sorted(applied.rows.get(table)))) continue;
    throw new Error(`the rows of ${table} are not the same while the plan is applied`);
  }
  // DuckDB keeps the types a view was made with, and refuses it when they are others; a view of
  // everything has the new column too.
  if (changes.some(({ kind }) => kind === "change_type" || kind === "add_column")) return;
  for (const [view, rows] of old.views) {
    if (isDeepStrictEqual(rows, applied.views.get(view))) continue;
    throw new Error(`the view ${view} does not answer the same while the plan is applied`);
  }
}

/** Opened after a crash, the database is what it was before it. */
async function checkCrash(db: PlanDatabase): Promise<void> {
  const found = await db.stateAfterCrash();
  const difference = found === null ? null : differenceOf(await db.state(), found);
  if (difference !== null) throw new Error(`after a crash: ${difference}`);
}

/** How many writes end otherwise, each with a warning; one without is wrong. */
function checkWrites(
  { changes, writes, warnings }: PlanCase,
  seen: { before: WriteOutcome[]; after: WriteOutcome[]; tables: TableSchema[] },
): number {
  let warned = 0;
  for (const [index, write] of writes.entries()) {
    if (alikeAt(seen.before, seen.after, index)) continue;
    const [before, after] = [seen.before[index], seen.after[index]];
    if (before === undefined || after === undefined) continue;
    const broken: BrokenWrite = { write, before, after };
    const expected = changes.flatMap((change) => warningOf(change, broken, seen.tables) ?? []);
    const isSaid = warnings === null || expected.some((warning) => warning.test(warnings));
    const text = `${textOf(write)} ends otherwise while the plan is applied: ${show(before)}, now ${show(after)}`;
    if (expected.length === 0) throw new Error(text);
    if (!isSaid) throw new Error(`${text}, and no drawback says so: ${warnings}`);
    warned += 1;
  }
  return warned;
}

function alikeAt(a: readonly WriteOutcome[], b: readonly WriteOutcome[], index: number): boolean {
  const [before, after] = [a[index], b[index]];
  return before === undefined || after === undefined || areAlike(before, after);
}

/** Commits the insert; answers what the database would be with it and without the plan. */
async function commit(
  db: PlanDatabase,
  { setup, insert, writes, changes, warnings }: PlanCase,
  seen: { old: DatabaseState; before: WriteOutcome[]; tables: readonly TableSchema[] },
): Promise<{ state: DatabaseState; outcomes: WriteOutcome[] }> {
  const { old, before, tables } = seen;
  const unchanged = { state: old, outcomes: before };
  if (insert === null) return unchanged;
  const control = await openPlanDatabase(setup);
  try {
    // One that either side refuses says nothing.
    if ("error" in (await control.tryWrite([insert]))) return unchanged;
    if ("error" in (await db.tryWrite([insert]))) return unchanged;
    await control.transact([insert]);
    // A drawback says of it that it is stored in another form, which no rollback brings back.
    if (await isReformed(control, changes, tables)) {
      if (warnings === null || /in another form/.test(warnings)) return unchanged;
      throw new Error(`${insert} is stored otherwise, and no drawback says so: ${warnings}`);
    }
    await db.transact([insert]);
    return { state: await control.state(), outcomes: await outcomesOf(control, writes) };
  } finally {
    control.close();
  }
}

/** Does the table hold a text that the type it is changed to gives back in another form? */
async function isReformed(
  control: PlanDatabase,
  changes: readonly Change[],
  tables: readonly TableSchema[],
): Promise<boolean> {
  for (const change of changes) {
    const table = tables.find(({ name }) => name === change.table);
    if (change.kind !== "change_type" || table === undefined) continue;
    const loss = /^(VARCHAR|JSON)\b/.test(change.from) ? lossSql(table, change) : null;
    const sql = `SELECT 1 FROM ${quoteIdentifier(table.name)} WHERE ${loss}`;
    if (loss !== null && (await control.texts(sql)).length > 0) return true;
  }
  return false;
}

async function revert(db: PlanDatabase, plan: Plan): Promise<void> {
  const drawn = await db.sequences();
  try {
    await db.transact(plan.revert_statements);
  } catch (error) {
    throw new Error(`the revert fails: ${messageOf(error)}`);
  }
  for (const statement of plan.cleanup_statements) await db.transact([statement]);
  if (isDeepStrictEqual(drawn, await db.sequences())) return;
  throw new Error("the revert draws from a sequence");
}

function checkReverted(expected: DatabaseState, reverted: DatabaseState): void {
  const difference = differenceOf(expected, reverted);
  if (difference !== null) throw new Error(`after the revert: ${difference}`);
}

/** The first thing that is not the same: schema, rows in their order, views; null: nothing. */
function differenceOf(before: DatabaseState, after: DatabaseState): string | null {
  const lost = before.catalog.find((line) => !after.catalog.includes(line));
  const found = after.catalog.find((line) => !before.catalog.includes(line));
  if (lost !== undefined || found !== undefined) return `schema: ${turned(lost, found)}`;
  for (const [kind, a, b] of [
    ["rows of", before.rows, after.rows],
    ["view", before.views, after.views],
  ] as const) {
    for (const [name, texts] of a) {
      const now = b.get(name) ?? [];
      if (isDeepStrictEqual(texts, now)) continue;
      const isMoved = isDeepStrictEqual(sorted(texts), sorted(now));
      const index = texts.findIndex((text, at) => text !== now[at]);
      const what = isMoved ? "stand in another order" : "are others";
      return `${kind} ${name} ${what}: ${turned(texts[index], now[index])}`;
    }
  }
  return null;
}

const SHOWN_CHARACTERS = 400;

const turned = (was: string | undefined, is: string | undefined): string =>
  [was, is].map((text) => (text ?? "nothing").slice(0, SHOWN_CHARACTERS)).join(" is now ");

const textOf = (write: RandomWrite | undefined): string => write?.statements.join("; ") ?? "";

const show = (outcome: WriteOutcome | undefined): string =>
  outcome === undefined ? "nothing" : "rows" in outcome ? `${outcome.rows} rows` : outcome.message;
