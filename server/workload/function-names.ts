import type { DuckDBConnection } from "@duckdb/node-api";

/** Functions of DuckDB by what they do. */
export interface FunctionNames {
  aggregateNames: ReadonlySet<string>;
  /** Scalar functions that answer the same for the same arguments within a query. */
  repeatableNames: ReadonlySet<string>;
  /** All functions DuckDB has by itself: any other name is a macro or extension of the product's. */
  knownNames: ReadonlySet<string>;
  /** Functions that may answer otherwise each time they are called (random, nextval). */
  volatileNames: ReadonlySet<string>;
}

interface Overload {
  name: string;
  type: string;
  stability: string | null;
  macro: string | null;
}

/** Reads the catalog of functions once. */
export async function readFunctionNames(connection: DuckDBConnection): Promise<FunctionNames> {
  const reader = await connection.runAndReadAll(
    "SELECT function_name, function_type, stability, macro_definition FROM duckdb_functions()",
  );
  const text = (value: unknown): string | null => (value == null ? null : String(value));
  const all = reader.getRows().map(
    ([name, type, stability, macro]): Overload => ({
      ...{ name: String(name), type: String(type) },
      ...{ stability: text(stability), macro: text(macro) },
    }),
  );
  const namesOf = (isMeant: (one: Overload) => boolean) =>
    new Set(all.filter(isMeant).map(({ name }) => name));
  const isVolatile = ({ stability }: Overload) => stability === "VOLATILE";
  const volatileNames = namesOf(isVolatile);
  const unrepeatable = namesOf((one) => one.type !== "scalar" || isVolatile(one));
  return {
    aggregateNames: aggregatesOf(all),
    repeatableNames: namesOf(({ name }) => name === "nullif" || !unrepeatable.has(name)),
    knownNames: namesOf(() => true),
    volatileNames,
  };
}

/** Macros of DuckDB's own that call an aggregate are aggregates too: json_group_array, wavg by weighted_avg. */
function aggregatesOf(all: readonly Overload[]): Set<string> {
  const found = new Set(all.filter(({ type }) => type === "aggregate").map(({ name }) => name));
  for (let before = 0; before < found.size; ) {
    before = found.size;
    const called = [...found].filter((name) => /^\w+$/.test(name)).join("|");
    const calls = new RegExp(`\\b(${called})\\(`);
    for (const { name, macro } of all) if (macro !== null && calls.test(macro)) found.add(name);
  }
  return found;
}
