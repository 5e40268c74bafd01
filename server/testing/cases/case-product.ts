import { compilePlan, type WorkloadQuery } from "@/server/advisor";
import { openTestDatabase } from "@/server/advisor/testing/duckdb";
import type { Candidate, Change } from "@/server/contracts";
import { AppError } from "@/server/platform";
import { candidate } from "@/server/proving/testing/candidates";
import { projectsSchema, type TestProduct } from "@/server/proving/testing/product";

/** A data product with a case's tables on a real DuckDB, whose tables can be exported, whole or as a sample. */
export async function openCaseProduct(setup: readonly string[]): Promise<TestProduct> {
  const db = await openTestDatabase();
  for (const sql of setup) await db.run(sql);
  const count = async (table: string) =>
    Number((await db.rows(`SELECT count(*) FROM "${table}"`))[0]?.[0]);
  const tables = await Promise.all(
    (await db.schema()).map(async (table) => {
      const row_count = await count(table.name);
      return { ...table, row_count, estimated_bytes: row_count * 20 };
    }),
  );
  const schema = { ...projectsSchema(0), tables };
  const exports: string[] = [];
  const refuse = () => Promise.reject(new AppError("product_refused", "Not asked in a proof."));
  return {
    schema,
    exports,
    close: db.close,
    product: {
      productId: schema.product_id,
      getSchema: () => Promise.resolve(schema),
      getWorkload: refuse,
      query: refuse,
      execute: refuse,
      getOperation: refuse,
      async exportTable(table, { file, rowsMax, seed }) {
        exports.push(table);
        const rowsTotal = await count(table);
        const isAll = rowsTotal <= rowsMax;
        const sample = isAll ? "" : `USING SAMPLE reservoir(${rowsMax} ROWS) REPEATABLE (${seed})`;
        await db.run(`COPY (SELECT * FROM "${table}" ${sample}) TO '${file}' (FORMAT parquet)`);
        const rows = Math.min(rowsTotal, rowsMax);
        const method = isAll ? "all" : "reservoir";
        return { file, rows, rowsTotal, method, dataVersion: schema.data_version };
      },
    },
  };
}

/** The change as a candidate meant for all of these queries. */
export function candidateOf(
  tables: TestProduct["schema"]["tables"],
  change: Change,
  queries: readonly WorkloadQuery[],
): Candidate {
  const targeted = queries.map(({ shape }) => shape.fingerprint);
  return { ...candidate(change, targeted, []), plan: compilePlan(tables, [change]) };
}
