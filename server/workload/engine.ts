import { DuckDBInstance } from "@duckdb/node-api";
import { type Ast, asNode, asNodes, asText } from "./ast";
import { parseExactJson, printExactJson } from "./exact-json";

/** DuckDB's own parser and printer, in a private database without files, network or extensions. */
export interface Engine {
  /** The tree of the one SELECT in the text; null for anything else (other kinds, errors, several). */
  serialize(sql: string): Promise<Ast | null>;
  /** SQL of a tree; null when DuckDB cannot print it. */
  print(root: Ast): Promise<string | null>;
  aggregateNames: ReadonlySet<string>;
  /** Scalar functions that answer the same for the same arguments within a query. */
  repeatableNames: ReadonlySet<string>;
  /** All functions DuckDB has by itself: any other name is a macro or extension of the product's. */
  knownNames: ReadonlySet<string>;
  /** Functions that may answer otherwise each time they are called (random, nextval). */
  volatileNames: ReadonlySet<string>;
  close(): void;
}

const SETTINGS = {
  threads: "1",
  memory_limit: "128MB",
  enable_external_access: "false",
  autoload_known_extensions: "false",
  autoinstall_known_extensions: "false",
  lock_configuration: "true",
};

/** Opens the engine. Text only ever travels as a bound parameter; nothing in it is executed. */
export async function openEngine(): Promise<Engine> {
  const instance = await DuckDBInstance.create(":memory:", SETTINGS);
  const connection = await instance.connect();
  const first = async (sql: string, value: string): Promise<string> => {
    const reader = await connection.runAndReadAll(sql, [value]);
    return asText(reader.getRows()[0]?.[0]);
  };
  const readNames = async (condition: string): Promise<ReadonlySet<string>> => {
    const reader = await connection.runAndReadAll(
      `SELECT function_name FROM duckdb_functions() GROUP BY function_name HAVING ${condition}`,
    );
    return new Set(reader.getRows().map((row) => asText(row[0])));
  };
  return {
    async serialize(sql) {
      const root = asNode(
        parseExactJson(await first("SELECT json_serialize_sql($1::VARCHAR)", sql)),
      );
      if (root === null || root.error !== false) return null;
      return asNodes(root.statements).length === 1 ? root : null;
    },
    async print(root) {
      const json = printExactJson(root);
      // DuckDB refuses trees it cannot read back (infinite numbers, say): then the text is kept.
      return await first("SELECT json_deserialize_sql($1::JSON)", json).catch(() => null);
    },
    aggregateNames: await readNames("bool_or(function_type = 'aggregate')"),
    repeatableNames: await readNames(
      "bool_and(function_type = 'scalar' AND stability <> 'VOLATILE') OR function_name = 'nullif'",
    ),
    knownNames: await readNames("true"),
    volatileNames: await readNames("bool_or(stability = 'VOLATILE')"),
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
