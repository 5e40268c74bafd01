import { DuckDBInstance, type Json } from "@duckdb/node-api";
import { createDataset, MACROS } from "@/bench/advisor/dataset";
import { embedProduct } from "@/demo";
import { proposeCandidates, type WorkloadQuery } from "@/server/advisor";
import type { Candidate, JsonScalar, TableSchema } from "@/server/contracts";
import { readDistinctValues } from "@/server/data-product";
import { withLiterals } from "@/server/proving";
import type { ShapeParser } from "@/server/workload";
import { loadSql } from "../world/load-sql";
import { describeQueries, type TimedQuery } from "../world/product-schema";
import type { Family, QuerySpec, Slot } from "../world/types";

export interface ObservedFamily {
  tables: TableSchema[];
  queries: WorkloadQuery[];
  candidates: Candidate[];
}

/** Writes the family's tables into a file and answers what the product's advisor makes of it. */
export async function observeFamily(
  family: Family,
  file: string,
  parser: ShapeParser,
): Promise<ObservedFamily> {
  await createDataset(
    {
      ...{ name: family.id, title: family.id, rows: 0, isSearched: false },
      insertTable: family.tables[0]?.name ?? "",
      load: () => family.tables.flatMap(loadSql),
      queries: () => [],
    },
    0,
    file,
  );
  const timed = await timeQueries(file, family.queries);
  const embedded = await embedProduct({ file, productId: "distill", parser });
  try {
    const signal = new AbortController().signal;
    const schema = await embedded.product.getSchema(signal);
    const { valuesOf } = await readDistinctValues(embedded.product, schema, { signal });
    const queries = await describeQueries(parser, timed, schema.tables);
    const { candidates } = proposeCandidates({
      tables: schema.tables,
      queries,
      distinctValues: valuesOf,
    });
    return { tables: schema.tables, queries, candidates };
  } finally {
    await embedded.close();
  }
}

/** Mean time of a few runs of each query, with parameters from the data. */
async function timeQueries(file: string, queries: readonly QuerySpec[]): Promise<TimedQuery[]> {
  const instance = await DuckDBInstance.create(file, { threads: "1" });
  const connection = await instance.connect();
  try {
    for (const sql of MACROS) await connection.run(sql);
    const timed: TimedQuery[] = [];
    for (const query of queries) {
      if (query.form === "insert") {
        timed.push({ query, samples: [], meanMs: INSERT_MS });
        continue;
      }
      const { slots } = query;
      const samples = slots.length === 0 ? [[]] : await readSets(slots);
      const runs: number[] = [];
      for (const sample of samples) {
        const start = performance.now();
        await connection.run(withLiterals(query.sql, sample));
        runs.push(performance.now() - start);
      }
      const meanMs = runs.reduce((sum, ms) => sum + ms, 0) / Math.max(1, runs.length);
      timed.push({ query, samples, meanMs });
    }
    return timed;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }

  async function readSets(slots: readonly Slot[]): Promise<JsonScalar[][]> {
    const columns = await Promise.all(slots.map((slot, at) => readSlot(slot, at)));
    const count = Math.min(...columns.map((values) => values.length));
    return Array.from({ length: count }, (_, set) => columns.map((values) => values[set] ?? null));
  }

  async function readSlot(slot: Slot, at: number): Promise<JsonScalar[]> {
    if ("values" in slot) return slot.values;
    const reader = await connection.runAndReadAll(
      `SELECT "${slot.column}" FROM "${slot.table}" WHERE "${slot.column}" IS NOT NULL ORDER BY hash(rowid * 7919 + ${at}) LIMIT 6`,
    );
    const isNumber = /INT|DECIMAL/.test(String(reader.columnType(0)));
    return reader.getRowsJson().map(([cell]) => toScalar(cell ?? null, isNumber));
  }
}

/** Taken for a single row; not measured. */
const INSERT_MS = 0.5;

/** 64-bit integers and decimals come as text; a product sends them as numbers. */
function toScalar(cell: Json, isNumber: boolean): JsonScalar {
  if (typeof cell === "string") return isNumber ? Number(cell) : cell;
  return typeof cell === "object" && cell !== null ? JSON.stringify(cell) : cell;
}
