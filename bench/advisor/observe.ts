import { DuckDBInstance, type Json } from "@duckdb/node-api";
import { embedProduct } from "@/demo";
import type { JsonScalar, Workload as Observed } from "@/server/contracts";
import { shortHash } from "@/server/platform";
import type { ShapeParser } from "@/server/workload";
import { MACROS } from "./dataset";
import type { QueryDefinition } from "./types";

/** Runs of each parameter set that are captured; one before them warms the product up. */
const RUNS = 2;

/**
 * Runs the workload's queries on the product and answers what its capture saw of them: shapes,
 * latencies and parameters are real, calls are those of the definition.
 */
export async function observeWorkload(options: {
  file: string;
  productId: string;
  queries: QueryDefinition[];
  parser: ShapeParser;
}): Promise<{ observed: Observed; names: Map<string, string> }> {
  const sets = await readParameterSets(options.file, options.queries);
  const embedded = await embedProduct(options);
  try {
    // The connector measures statistics when it is opened: not beside the queries.
    await embedded.product.getSchema();
    const calls = new Map<string, number>();
    const names = new Map<string, string>();
    for (const [index, query] of options.queries.entries()) {
      const { fingerprint, kind } = await options.parser.normalize(query.sql);
      calls.set(fingerprint, (calls.get(fingerprint) ?? 0) + query.calls);
      names.set(fingerprint, query.name);
      // A write is captured once for each set: a key can be inserted only once.
      for (let run = 0; run < (kind === "select" ? RUNS : 1); run++) {
        for (const set of sets[index] ?? [[]]) await embedded.run(query.sql, set);
      }
    }
    const observed = await embedded.product.getWorkload(new Date(0));
    const patterns = observed.patterns.map((pattern) => ({
      ...pattern,
      calls: calls.get(pattern.fingerprint) ?? pattern.calls,
    }));
    return { observed: { ...observed, patterns }, names };
  } finally {
    await embedded.close();
  }
}

/** Stands for a data set's content in a product's id: the proof's export cache is kept by it. */
export function productIdOf(name: string, rows: number): string {
  return `bench-${name}-${shortHash(`${name} ${rows}`)}`;
}

async function readParameterSets(
  file: string,
  queries: QueryDefinition[],
): Promise<JsonScalar[][][]> {
  const instance = await DuckDBInstance.create(file, { threads: "2" });
  const connection = await instance.connect();
  try {
    for (const sql of MACROS) await connection.run(sql);
    const sets: JsonScalar[][][] = [];
    for (const { parameters } of queries) {
      if (parameters === undefined) {
        sets.push([[]]);
        continue;
      }
      const reader = await connection.runAndReadAll(parameters);
      const isNumber = Array.from({ length: reader.columnCount }, (_, at) =>
        /INT|DECIMAL/.test(String(reader.columnType(at))),
      );
      const rows = reader.getRowsJson();
      sets.push(rows.map((row) => row.map((cell, at) => toScalar(cell, isNumber[at] ?? false))));
    }
    return sets;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** 64-bit integers and decimals come as text; a product sends them as numbers. */
function toScalar(cell: Json, isNumber: boolean): JsonScalar {
  if (typeof cell === "string") return isNumber ? Number(cell) : cell;
  return typeof cell === "object" && cell !== null ? JSON.stringify(cell) : cell;
}
