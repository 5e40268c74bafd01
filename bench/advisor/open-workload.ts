import { mkdirSync } from "node:fs";
import path from "node:path";
import { createShapeParser } from "@/server/workload";
import type { AdviseRequest } from "./advise";
import { createDataset } from "./dataset";
import { observeWorkload, productIdOf } from "./observe";
import type { ProofSettings } from "./settings";
import type { Workload } from "./types";

export interface OpenOptions {
  /** Emptied at the end by the caller. */
  folder: string;
  rows: number;
  /** Time budget of one advising run. */
  secondsMax: number;
  settings: ProofSettings;
}

/** Generates the data, runs the queries once to be observed, and says what to advise on. */
export async function openWorkload(
  workload: Workload,
  { folder, rows, secondsMax, settings }: OpenOptions,
): Promise<{ request: AdviseRequest; names: Map<string, string> }> {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, "product.duckdb");
  const productId = productIdOf(workload.name, rows);
  await createDataset(workload, rows, file);
  const parser = await createShapeParser();
  try {
    const queries = workload.queries(rows);
    const { observed, names } = await observeWorkload({ file, productId, queries, parser });
    const workDir = path.join(folder, "advise");
    return { request: { file, productId, observed, secondsMax, settings, workDir }, names };
  } finally {
    parser.close();
  }
}
