import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { expect, it } from "vitest";
import { writeTable } from "@/demo/connector/export-table";
import { CREATE_HIDDEN_TABLES } from "@/demo/data/tables";
import type { TableSchema } from "@/server/contracts";
import { buildBaseline, openSession } from ".";

const TYPES = [
  ...["HUGEINT", "UHUGEINT", "BIT", "BIGNUM", "HUGEINT[]", "DECIMAL(38,10)", "INTEGER"],
  "INTERVAL",
];
const COLUMNS = TYPES.map((type, index) => `c${index} ${type}`).join(", ");
/** Two neighbours of each: a DOUBLE holds them as one. */
const ROWS = [6, 7].map(
  (last) =>
    `(17014118346046923173168730371588410572${last}, 34028236692093846346337460743176821144${last},
      '${"01".repeat(40)}${last % 2}', 17014118346046923173168730371588410572${last},
      [17014118346046923173168730371588410572${last}, NULL], 1234567890123456789012345678.123456789${last}, ${last},
      INTERVAL '-1 month 2 days 3.00000${last} seconds')`,
);

it("has every value of types that Parquet rounds, refuses or has not", async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "shadow-"));
  const { signal } = new AbortController();
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    for (const sql of CREATE_HIDDEN_TABLES) await connection.run(sql);
    await connection.run(`CREATE TABLE wide (${COLUMNS})`);
    await connection.run(
      `INSERT INTO wide VALUES ${ROWS.join(", ")}, (${TYPES.map(() => "NULL")})`,
    );
    const values = "SELECT columns(*)::VARCHAR FROM wide ORDER BY ALL";
    const before = (await connection.runAndReadAll(values)).getRowsJson();
    const request = { table: "wide", rowsMax: 100, seed: 1 };
    const file = path.join(folder, "wide.parquet");
    const exported = await writeTable(connection, file, request, signal);
    const shadow = { file: path.join(folder, "shadow.duckdb"), threads: 1, signal };
    await buildBaseline({
      ...shadow,
      directories: [folder],
      tables: [{ table: schemaOf(), exported, heldFile: path.join(folder, "held.parquet") }],
      seed: 1,
      onTable: () => {},
    });
    const session = await openSession(shadow);
    expect(await session.rows(values)).toEqual(before);
    session.close();
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(folder, { recursive: true, force: true });
  }
});

function schemaOf(): TableSchema {
  const column = { nullable: true, default_sql: null, statistics: null };
  return {
    ...{ name: "wide", row_count: 3, estimated_bytes: 0, indexes: [], constraints: [] },
    columns: TYPES.map((type, index) => ({ name: `c${index}`, type, ...column })),
  };
}
