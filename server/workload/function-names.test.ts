import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test, vi } from "vitest";
import { readFunctionNames } from "./function-names";

test("the catalog is read once, and each name stands where DuckDB's own words put it", async () => {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  const ask = vi.spyOn(connection, "runAndReadAll");
  const names = await readFunctionNames(connection);
  expect(ask).toHaveBeenCalledTimes(1);
  ask.mockRestore();
  const having = async (condition: string) => {
    const sql = `SELECT function_name FROM duckdb_functions() GROUP BY function_name HAVING ${condition}`;
    return (await connection.runAndReadAll(sql)).getRows().map(([name]) => String(name));
  };
  const sorted = (all: ReadonlySet<string>) => [...all].sort();
  const ordered = async (condition: string) => (await having(condition)).sort();
  expect(sorted(names.knownNames)).toEqual(await ordered("true"));
  expect(sorted(names.volatileNames)).toEqual(await ordered("bool_or(stability = 'VOLATILE')"));
  expect(sorted(names.repeatableNames)).toEqual(
    await ordered(
      "bool_and(function_type = 'scalar' AND stability <> 'VOLATILE') OR function_name = 'nullif'",
    ),
  );
  const aggregates = await having("bool_or(function_type = 'aggregate')");
  expect(aggregates.filter((name) => !names.aggregateNames.has(name))).toEqual([]);
  for (const name of ["json_group_array", "wavg", "count_star", "sum"]) {
    expect(names.aggregateNames).toContain(name);
  }
  expect(names.aggregateNames).not.toContain("list_sum");
  connection.closeSync();
  instance.closeSync();
});
