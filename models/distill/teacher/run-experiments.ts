import { appendFile, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { createShapeParser } from "@/server/workload";
import { readLines } from "../json-lines";
import { Rng } from "../random";
import { drawFamily } from "../world/draw-family";
import type { Family } from "../world/types";
import { measureFamily } from "./measure-family";
import type { MeasuredFamily } from "./measured-examples";
import { observeFamily } from "./observe-family";

export interface ExperimentOptions {
  seed: number;
  /** Raw records, one family a line; what is there already is not measured again. */
  file: string;
  /** Scratch folder for databases, in memory if possible. */
  folder: string;
  secondsMax: number;
}

/** Most tables are small, so that there are many; a fourth has the row groups an order needs. */
const ROWS = { low: 2_000, middle: 250_000, high: 600_000 } as const;

/** Measures family after family until the time is up. */
export async function runExperiments(options: ExperimentOptions): Promise<void> {
  const { seed, file, folder, secondsMax } = options;
  await mkdir(path.dirname(file), { recursive: true });
  const done = new Set((await readLines<MeasuredFamily>(file)).map(({ index }) => index));
  const parser = await createShapeParser();
  const end = performance.now() + secondsMax * 1000;
  let count = 0;
  try {
    for (let index = 0; performance.now() < end; index++) {
      if (done.has(index)) continue;
      const isLarge = index % 4 === 3;
      const rows = isLarge
        ? { low: ROWS.middle, high: ROWS.high }
        : { low: ROWS.low, high: ROWS.middle };
      const family = drawFamily({ seed, index, rows });
      const record = await runOne(family, index);
      if (record === null) continue;
      await appendFile(file, `${JSON.stringify(record)}\n`);
      count += record.measured.reduce((sum, one) => sum + one.queries.length, 0);
      console.log(
        `${index} ${family.id}: ${count} experiments by ${Math.round(performance.now() / 1000)} s`,
      );
    }
  } finally {
    parser.close();
    await rm(folder, { recursive: true, force: true });
  }

  /** null where DuckDB refuses what was drawn: the next family is as good. */
  async function runOne(family: Family, index: number): Promise<MeasuredFamily | null> {
    const [main] = family.tables;
    if (!main) return null;
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const source = path.join(folder, "product.duckdb");
    try {
      const observed = await observeFamily(family, source, parser);
      const rng = new Rng(seed, `measure ${index}`);
      const measured = await measureFamily(observed, { folder, source, main, rng });
      const { tables, queries } = observed;
      return { index, family: family.id, tables, queries, measured };
    } catch (error) {
      console.log(`${index} ${family.id}: ${error instanceof Error ? error.message : error}`);
      return null;
    }
  }
}
