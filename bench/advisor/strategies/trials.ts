import { rm } from "node:fs/promises";
import path from "node:path";
import type { Change, TableSchema } from "@/server/contracts";
import { buildCopy, type Copy } from "../measure/copy";
import { workloadGain } from "../measure/gains";
import { measureRounds, type RoundsOptions } from "../measure/measure-rounds";
import type { ReplayedQuery } from "../measure/replayed-query";
import { keyOf } from "./compatible";

export interface TrialInput {
  source: string;
  folder: string;
  tables: TableSchema[];
  queries: ReplayedQuery[];
  memoryLimit: string;
}

export interface Trial {
  changes: Change[];
  /** Share of the workload's time that is saved. */
  gain: number;
}

const QUICK: RoundsOptions = { secondsMax: 1, roundsMin: 3, roundsMax: 7 };
/** Parameter sets a trial takes; the run-off takes all. */
const QUICK_SETS = 2;

/**
 * Quick measurements of sets of changes against the unchanged copy. A query depends on the changes
 * of the tables it reads and on no others, so each query is measured once for each such part.
 */
export class Trials {
  private readonly gains = new Map<string, number>();
  private readonly weights = new Map<string, number>();

  private constructor(
    private readonly input: TrialInput,
    readonly baseline: Copy,
  ) {}

  static async open(input: TrialInput): Promise<Trials> {
    const queries = input.queries.map((one) => ({ ...one, sets: one.sets.slice(-QUICK_SETS) }));
    const quick = { ...input, queries };
    const trials = new Trials(quick, await copyOf(quick, "search-baseline", []));
    const { baseline } = trials;
    const samples = await measureRounds([baseline], queries, QUICK);
    const { queries: measured } = workloadGain(
      samples,
      { baseline: baseline.name, candidate: baseline.name },
      queries,
    );
    for (const query of queries) {
      const { baseline_ms = 0 } =
        measured.find((one) => one.fingerprint === query.fingerprint) ?? {};
      trials.weights.set(query.fingerprint, query.calls * baseline_ms);
    }
    return trials;
  }

  /** One set's gain; none when the data refuse the plan. */
  async measure(changes: Change[]): Promise<Trial[]> {
    const touched = this.input.queries.filter((query) => partOf(query, changes).length > 0);
    const missing = touched.filter((query) => !this.gains.has(keyFor(query, changes)));
    if (missing.length > 0 && !(await this.measureMissing(changes, missing))) return [];
    const total = [...this.weights.values()].reduce((sum, weight) => sum + weight, 0);
    const saved = touched.reduce((sum, query) => {
      const weight = this.weights.get(query.fingerprint) ?? 0;
      return sum + weight * (this.gains.get(keyFor(query, changes)) ?? 0);
    }, 0);
    return [{ changes, gain: total > 0 ? saved / total : 0 }];
  }

  async close(): Promise<void> {
    this.baseline.close();
    await rm(fileOf(this.input, this.baseline.name), { force: true });
  }

  private async measureMissing(changes: Change[], queries: ReplayedQuery[]): Promise<boolean> {
    let copy: Copy | undefined;
    try {
      copy = await copyOf(this.input, "trial", changes);
      const samples = await measureRounds([this.baseline, copy], queries, QUICK);
      const names = { baseline: this.baseline.name, candidate: copy.name };
      const { queries: measured } = workloadGain(samples, names, queries);
      for (const query of queries) {
        const found = measured.find((one) => one.fingerprint === query.fingerprint);
        this.gains.set(keyFor(query, changes), found?.gain.value ?? 0);
      }
      return true;
    } catch (error) {
      console.log(`  not built: ${error instanceof Error ? error.message : error}`);
      return false;
    } finally {
      copy?.close();
      await rm(fileOf(this.input, "trial"), { force: true });
    }
  }
}

export function fileOf({ folder }: TrialInput, name: string): string {
  return path.join(folder, `${name}.duckdb`);
}

export function copyOf(input: TrialInput, name: string, changes: Change[]): Promise<Copy> {
  return buildCopy({ ...input, name, file: fileOf(input, name), changes });
}

function partOf(query: ReplayedQuery, changes: Change[]): Change[] {
  return changes.filter((change) => query.tables.includes(change.table));
}

function keyFor(query: ReplayedQuery, changes: Change[]): string {
  return `${query.fingerprint} ${keyOf(partOf(query, changes))}`;
}
