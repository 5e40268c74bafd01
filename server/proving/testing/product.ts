import { DuckDBInstance } from "@duckdb/node-api";
import type { ProductSchema } from "@/server/contracts";
import type { DataProduct } from "@/server/data-product/port";
import { AppError } from "@/server/platform";

export interface TestProduct {
  product: DataProduct;
  schema: ProductSchema;
  exports: string[];
  close(): void;
}

const PROJECT_COLUMNS = [
  ["project_id", "UUID"],
  ["project_name", "VARCHAR"],
  ["total_amount", "DECIMAL(18,2)"],
  ["maturity_years", "INTEGER"],
  ["expected_tri", "DOUBLE"],
  ["status", "VARCHAR"],
  ["creation_date", "DATE"],
] as const;

/** A data product on a real in-memory DuckDB: table `projects`, rows in no order or by a column. */
export async function createTestProduct(rows: number, orderBy?: string): Promise<TestProduct> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  const columns = PROJECT_COLUMNS.map(([name, type]) => `${name} ${type}`).join(", ");
  await connection.run(`CREATE TABLE projects (${columns})`);
  await connection.run(`INSERT INTO projects SELECT md5(i::VARCHAR)::UUID, 'Project ' || md5(i::VARCHAR)[:12],
    (hash(i + 1) % 100000000) / 100, hash(i + 2) % 30, (hash(i + 3) % 997) / 7.0,
    CASE WHEN hash(i + 4) % 10 < 5 THEN 'ACTIVE' WHEN hash(i + 4) % 10 < 8 THEN 'COMPLETED' ELSE 'PROPOSED' END,
    DATE '2015-01-01' + (hash(i + 5) % 4000)::INTEGER FROM range(${rows}) numbers(i)`);
  if (orderBy !== undefined) {
    await connection.run(`CREATE TABLE ordered AS FROM projects ORDER BY ${orderBy}`);
    await connection.run("DROP TABLE projects");
    await connection.run("ALTER TABLE ordered RENAME TO projects");
  }
  const exports: string[] = [];
  const refuse = () => Promise.reject(new AppError("product_refused", "Not asked in a proof."));
  const schema = projectsSchema(rows);
  const product: DataProduct = {
    productId: "test-product",
    getSchema: () => Promise.resolve(schema),
    getWorkload: refuse,
    query: refuse,
    execute: refuse,
    getOperation: refuse,
    exportTable: async (table, { rowsMax, seed, file }) => {
      exports.push(table);
      const isAll = rows <= rowsMax;
      const sample = isAll ? "" : `USING SAMPLE reservoir(${rowsMax} ROWS) REPEATABLE (${seed})`;
      await connection.run(
        `COPY (SELECT * FROM "${table}" ${sample}) TO '${file}' (FORMAT parquet)`,
      );
      return {
        file,
        rows: Math.min(rows, rowsMax),
        rowsTotal: rows,
        method: isAll ? "all" : "reservoir",
        dataVersion: schema.data_version,
      };
    },
  };
  const close = () => {
    connection.closeSync();
    instance.closeSync();
  };
  return { product, schema, exports, close };
}

export function projectsSchema(rows: number): ProductSchema {
  return {
    product_id: "test-product",
    domain: "project_financing",
    duckdb_version: "v1.5.6",
    threads: 4,
    data_version: "1",
    schema_fingerprint: "f1",
    tables: [
      {
        name: "projects",
        row_count: rows,
        estimated_bytes: rows * 60,
        columns: PROJECT_COLUMNS.map(([name, type]) => ({
          name,
          type,
          nullable: name !== "project_id",
          default_sql: name === "status" ? "'PROPOSED'" : null,
          statistics: null,
        })),
        indexes: [],
        constraints: [
          { type: "PRIMARY KEY", columns: ["project_id"], sql: "PRIMARY KEY(project_id)" },
          { type: "CHECK", columns: ["maturity_years"], sql: "CHECK((maturity_years >= 0))" },
        ],
      },
    ],
  };
}
