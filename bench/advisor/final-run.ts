import { rm } from "node:fs/promises";
import path from "node:path";
import type { Change, TableSchema } from "@/server/contracts";
import { differingQueries } from "./measure/compare-results";
import { buildCopy, type Copy } from "./measure/copy";
import { type WorkloadGain, workloadGain } from "./measure/gains";
import { measureInserts } from "./measure/insert-cost";
import { measureRounds, type RoundsOptions } from "./measure/measure-rounds";
import type { ReplayedQuery } from "./measure/replayed-query";
import { keyOf } from "./strategies/compatible";

export interface FinalInput {
  source: string;
  folder: string;
  tables: TableSchema[];
  queries: ReplayedQuery[];
  insertTable: string;
  memoryLimit: string;
  /** Sets of changes to compare; the empty one is the baseline and always among them. */
  sets: Change[][];
  rounds: RoundsOptions;
}

export interface Outcome extends WorkloadGain {
  bytes: number;
  /** Bytes against the unchanged data: 0.1 = a tenth more. */
  storage_overhead: number;
  build_ms: number;
  /** Time of a committed insert against the unchanged data; null: table too small. */
  insert_ratio: number | null;
  /** Queries whose results differ from those on the unchanged data. */
  differing: string[];
}

/** Name of the second unchanged copy: no list of changes has it. */
export const CONTROL = "control" as const;

/**
 * One full copy of the data for each different set of changes, and a second unchanged one as control,
 * all measured in the same rounds; equal sets share a copy, so they cannot differ by noise. Answers outcomes by keyOf(changes);
 * a set whose plan the data refuse has none.
 */
export async function finalRun(input: FinalInput): Promise<Map<string, Outcome>> {
  const copies = await buildCopies(input);
  try {
    const [baseline] = copies;
    if (baseline === undefined) throw new Error("The unchanged copy could not be built.");
    const differing = new Map<string, string[]>();
    for (const copy of copies) {
      differing.set(copy.name, await differingQueries(baseline, copy, input.queries));
    }
    const samples = await measureRounds(copies, input.queries, input.rounds);
    const table = input.tables.find((one) => one.name === input.insertTable);
    const inserts = table ? await measureInserts(copies, table) : new Map<string, number>();
    return new Map(
      copies.map((copy) => {
        const names = { baseline: baseline.name, candidate: copy.name, control: CONTROL };
        const outcome: Outcome = {
          ...workloadGain(samples, names, input.queries),
          bytes: copy.bytes,
          storage_overhead: copy.bytes / baseline.bytes - 1,
          build_ms: copy.buildMs,
          insert_ratio: inserts.get(copy.name) ?? null,
          differing: differing.get(copy.name) ?? [],
        };
        return [copy.name, outcome];
      }),
    );
  } finally {
    for (const copy of copies) copy.close();
    for (let at = 0; at <= input.sets.length + 1; at++)
      await rm(fileOf(input, at), { force: true });
  }
}

async function buildCopies(input: FinalInput): Promise<Copy[]> {
  const sets = new Map([[], ...input.sets].map((changes) => [keyOf(changes), changes]));
  sets.set(CONTROL, []);
  const copies: Copy[] = [];
  for (const [name, changes] of sets) {
    try {
      copies.push(await buildCopy({ ...input, name, file: fileOf(input, copies.length), changes }));
    } catch (error) {
      console.log(`  ${name} was not built: ${error instanceof Error ? error.message : error}`);
    }
  }
  return copies;
}

function fileOf({ folder }: FinalInput, at: number): string {
  return path.join(folder, `final-${at}.duckdb`);
}
