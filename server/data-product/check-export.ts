import { DuckDBInstance } from "@duckdb/node-api";
import { z } from "zod";
import type { ProductPlace } from "@/server/contracts";
import { quoteLiteral } from "@/server/sql";
import type { TableExport } from "./port";
import { productError, wrongField } from "./product-error";

const Count = z
  .string()
  .regex(/^\d{1,15}$/, "Expected a whole number")
  .transform(Number);
const ExportHeaders = z.object({
  "X-Rows": Count,
  "X-Rows-Total": Count,
  "X-Sample-Method": z.enum(["all", "reservoir"]),
  "X-Data-Version": z.string().min(1).max(200),
});

/** What the headers of an export say. Throws `wrong_field` for one that is missing or contradicts another. */
export function readExportHeaders(
  place: ProductPlace,
  headers: Headers,
  rowsMax: number,
): Omit<TableExport, "file"> {
  const given = Object.keys(ExportHeaders.shape).map((name) => [
    name,
    headers.get(name) ?? undefined,
  ]);
  const parsed = ExportHeaders.safeParse(Object.fromEntries(given));
  if (!parsed.success) throw wrongField(place, parsed.error);
  const { "X-Rows": rows, "X-Rows-Total": rowsTotal, "X-Sample-Method": method } = parsed.data;
  const wrong = (field: string, what: string) =>
    productError(place, "wrong_field", { field, what });
  if (rows > rowsMax) throw wrong("X-Rows", `${rows} rows are more than rows_max (${rowsMax})`);
  if (rows > rowsTotal) throw wrong("X-Rows", `${rows} rows are more than X-Rows-Total says`);
  if ((method === "all") !== (rows === rowsTotal)) {
    throw wrong("X-Sample-Method", `it is ${method} for ${rows} of ${rowsTotal} rows`);
  }
  return { rows, rowsTotal, method, dataVersion: parsed.data["X-Data-Version"] };
}

/** Throws `wrong_file` for what is no whole Parquet file, or has other rows than `X-Rows` says. */
export async function checkParquet(place: ProductPlace, file: string, rows: number): Promise<void> {
  const found = await countRows(file).catch((cause: unknown) => {
    const what = "the answer is not a complete Parquet file";
    throw productError(place, "wrong_file", { what, cause });
  });
  if (found === rows) return;
  throw productError(place, "wrong_file", {
    field: "X-Rows",
    what: `it says ${rows} rows, the file has ${found}`,
  });
}

/** From the footer alone; DuckDB reads no file but this one. */
async function countRows(file: string): Promise<number> {
  const instance = await DuckDBInstance.create(":memory:", {
    threads: "1",
    autoload_known_extensions: "false",
    autoinstall_known_extensions: "false",
  });
  const connection = await instance.connect();
  try {
    const sql = `SELECT num_rows FROM parquet_file_metadata(${quoteLiteral(file)})`;
    const [row] = (await connection.runAndReadAll(sql)).getRowsJson();
    return Number(row?.[0]);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
