import type { DuckDBConnection } from "@duckdb/node-api";
import { z } from "zod";
import { HIDDEN_PREFIX } from "../engine/statement";
import { readRows } from "./catalog";

/** Names in lower case, as DuckDB compares them. */
interface ProductNames {
  /** Tables and views that callers may read. */
  relations: ReadonlySet<string>;
  columns: ReadonlySet<string>;
}

const Names = z.object({ names: z.array(z.string()).nullable() });

async function readNames(connection: DuckDBConnection, sql: string): Promise<ReadonlySet<string>> {
  const [row] = await readRows(
    connection,
    Names,
    `SELECT list(DISTINCT lower(name)) AS names FROM (${sql})`,
  );
  return new Set(row?.names ?? []);
}

const VISIBLE = `NOT internal AND database_name = current_database() AND schema_name = 'main'`;

/** What the product has now, the connector's own book-keeping left out. */
async function readProductNames(connection: DuckDBConnection): Promise<ProductNames> {
  const shown = `${VISIBLE} AND NOT starts_with(lower(name), '${HIDDEN_PREFIX}')`;
  return {
    relations: await readNames(
      connection,
      `SELECT table_name AS name FROM duckdb_tables() WHERE ${shown}
       UNION ALL SELECT view_name AS name FROM duckdb_views() WHERE ${shown}`,
    ),
    columns: await readNames(
      connection,
      `SELECT column_name AS name FROM duckdb_columns() WHERE ${VISIBLE}`,
    ),
  };
}

/** What DuckDB itself brings along. */
export interface BuiltIns {
  functions: ReadonlySet<string>;
  /** Those that may stand in FROM; some names are a scalar function's too. */
  tableFunctions: ReadonlySet<string>;
  /** Views of its catalog that are found by their name alone. */
  relations: ReadonlySet<string>;
}

export interface KnownNames extends ProductNames {
  builtIns: BuiltIns;
}

/** All names that a text may use. */
export async function readKnownNames(connection: DuckDBConnection): Promise<KnownNames> {
  return {
    ...(await readProductNames(connection)),
    builtIns: await readBuiltIns(connection),
  };
}

const builtIns = new WeakMap<DuckDBConnection, Promise<BuiltIns>>();

/** Read once a connection: nothing can be loaded later. */
function readBuiltIns(connection: DuckDBConnection): Promise<BuiltIns> {
  const known = builtIns.get(connection) ?? readNow(connection);
  builtIns.set(connection, known);
  known.catch(() => builtIns.delete(connection));
  return known;
}

async function readNow(connection: DuckDBConnection): Promise<BuiltIns> {
  return {
    functions: await readNames(
      connection,
      "SELECT function_name AS name FROM duckdb_functions() WHERE internal",
    ),
    tableFunctions: await readNames(
      connection,
      `SELECT function_name AS name FROM duckdb_functions()
       WHERE internal AND function_type NOT IN ('scalar', 'aggregate', 'macro')`,
    ),
    relations: await readNames(
      connection,
      `SELECT view_name AS name FROM duckdb_views()
       WHERE internal AND schema_name IN ('main', 'pg_catalog')`,
    ),
  };
}
