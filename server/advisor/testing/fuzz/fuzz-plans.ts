import type { Change, ChangeKind, Plan } from "@/server/contracts";
import { deriveSeed } from "@/server/statistics";
import { Draw } from "@/server/testing/fuzz/draw";
import { shrinkList } from "@/server/testing/fuzz/shrink-list";
import { createShapeParser, type ShapeParser } from "@/server/workload";
import { compilePlan } from "../..";
import { checkPlan, checkPlanOn, type PlanCase, type PlanOutcome } from "./check-plan";
import { openPlanDatabase } from "./plan-database";
import { randomChanges } from "./random-changes";
import { randomProposal } from "./random-proposal";
import { randomSchema } from "./random-schema";
import { randomInsert, randomWrites } from "./random-writes";

interface PlanFuzzInput {
  /** Applied and reverted, each alone or in a set of up to three. */
  changes: number;
  seed: number;
  /** Spoils a plan: how a test plants a fault. */
  spoil?: (plan: Plan) => Plan;
  /** Ends the run after so many faults; each takes some time to be made small. */
  faultsMax?: number;
  onProgress?: (changes: number) => void;
}

/** A plan that does not keep its promise, with the smallest input that shows it. */
interface PlanFault extends PlanCase {
  number: number;
  what: string;
}

interface PlanFuzzResult {
  /** Changes that were applied and reverted, by kind. */
  reverted: Map<ChangeKind, number>;
  /** Of these, those that the advisor proposed. */
  proposed: number;
  /** Sets that compiling refused, and those that the database did, by the first words of its error. */
  refused: number;
  failed: Map<string, number>;
  /** Writes tried under plans, and those of them that end otherwise and whose drawback says so. */
  writes: number;
  warned: number;
  faults: PlanFault[];
}

const PROPOSED_SHARE = 0.4;
const COMMITTED_SHARE = 0.4;
const STORED_SHARE = 0.1;

/**
 * Draws schemas with rows, writes of the product and changes; checks of each set that it is applied and
 * reverted without a trace, and that writes end as before, or that the drawbacks say which do not.
 */
export async function fuzzPlans(input: PlanFuzzInput): Promise<PlanFuzzResult> {
  const { spoil = (plan: Plan) => plan } = input;
  const compile: typeof compilePlan = (tables, changes) => spoil(compilePlan(tables, changes));
  const parser = await createShapeParser();
  const result: PlanFuzzResult = {
    ...{ reverted: new Map(), proposed: 0, refused: 0, failed: new Map() },
    ...{ writes: 0, warned: 0, faults: [] },
  };
  try {
    let done = 0;
    for (let number = 0; done < input.changes && !isFull(result, input); number++) {
      const { drawn, outcome } = await tryCase(input.seed, number, { parser, compile });
      if (outcome.state === "wrong") {
        result.faults.push({ ...(await shrink(drawn, compile)), number });
      } else note(result, drawn, outcome);
      const before = done;
      done = [...result.reverted.values()].reduce((sum, count) => sum + count, 0);
      if (done > before) input.onProgress?.(done);
    }
  } finally {
    parser.close();
  }
  return result;
}

const isFull = ({ faults }: PlanFuzzResult, { faultsMax = Infinity }: PlanFuzzInput): boolean =>
  faults.length >= faultsMax;

/** Draws a case and checks it, on one database. */
async function tryCase(
  seed: number,
  number: number,
  { parser, compile }: { parser: ShapeParser; compile: typeof compilePlan },
): Promise<{ drawn: PlanCase; outcome: PlanOutcome }> {
  const draw = new Draw(deriveSeed(seed, `plan ${number}`));
  const { tables, setup } = randomSchema(draw);
  const isStored = draw.chance(STORED_SHARE);
  const writes = randomWrites(draw, tables);
  const insert = draw.chance(COMMITTED_SHARE) ? randomInsert(draw, draw.pick(tables)) : null;
  const db = await openPlanDatabase(setup, { isStored });
  try {
    const proposal = draw.chance(PROPOSED_SHARE)
      ? await randomProposal(draw, parser, db, { drawn: tables, writes })
      : null;
    const { changes, warnings } = proposal ?? {
      changes: randomChanges(draw, tables, await db.tables()),
      warnings: null,
    };
    const drawn = { setup, writes, insert, changes, warnings, isStored };
    return { drawn, outcome: await checkPlanOn(db, drawn, compile) };
  } finally {
    db.close();
  }
}

function note(result: PlanFuzzResult, { changes, warnings }: PlanCase, outcome: PlanOutcome): void {
  if (outcome.state === "refused") result.refused += 1;
  if (outcome.state === "failed") count(result.failed, outcome.why.replace(/[:"].*$/, ""));
  if (outcome.state !== "reverted") return;
  for (const { kind } of changes) count(result.reverted, kind);
  if (warnings !== null) result.proposed += changes.length;
  result.writes += outcome.writes;
  result.warned += outcome.warned;
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Leaves out changes, writes and statements of the setup that the fault does without. */
async function shrink(
  drawn: PlanCase,
  compile: typeof compilePlan,
): Promise<PlanCase & { what: string }> {
  const kindOfFault = (outcome: PlanOutcome): string =>
    outcome.state === "wrong" ? outcome.what.replace(/[:,].*$/s, "") : "";
  const first = kindOfFault(await checkPlan(drawn, compile));
  const fails = async (less: PlanCase): Promise<boolean> =>
    kindOfFault(await checkPlan(less, compile)) === first;
  let small = drawn;
  for (const simpler of [{ insert: null }, { isStored: false }]) {
    if (await fails({ ...small, ...simpler })) small = { ...small, ...simpler };
  }
  const changes: Change[] = await shrinkList(small.changes, (less) =>
    fails({ ...small, changes: [...less] }),
  );
  small = { ...small, changes };
  const writes = await shrinkList(small.writes, (less) => fails({ ...small, writes: [...less] }));
  small = { ...small, writes };
  const setup = await shrinkList(small.setup, (less) => fails({ ...small, setup: [...less] }));
  small = { ...small, setup };
  const outcome = await checkPlan(small, compile);
  return { ...small, what: outcome.state === "wrong" ? outcome.what : "" };
}

/** The smallest input, as a person would repeat it. */
export function describePlanFault(fault: PlanFault): string {
  const { number, what, setup, changes, writes, insert, isStored } = fault;
  return [
    `-- plan ${number}${isStored ? ", stored in a file" : ""}: ${what}`,
    ...setup.map((statement) => `${statement};`),
    ...changes.map((change) => `-- change: ${JSON.stringify(change)}`),
    ...writes.map(({ statements }) => `-- write:  ${statements.join("; ")}`),
    ...(insert === null ? [] : [`-- committed while it is applied: ${insert}`]),
  ].join("\n");
}
