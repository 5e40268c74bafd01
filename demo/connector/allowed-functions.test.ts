import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import { isPureFunction } from "./allowed-functions";

/** Judged to tell of more than their arguments, to have an effect, or to be DuckDB's own business. */
const REFUSED = new Set(
  `col_description combine create_sort_key current_catalog current_connection_id current_database current_query current_query_id current_role current_schema current_schemas current_setting current_transaction_id current_user currval finalize format_pg_type format_type get_block_size getvariable in_search_path json_serialize_plan map_to_pg_oid nextval obj_description parse_duckdb_log_message remap_struct session_user setseed shobj_description sleep_ms stats txid_current user vector_type version write_log`.split(
    " ",
  ),
);
const REFUSED_FAMILIES = /^(__internal_|__postfix|pg_|has_|inet_)/;

test("every function that DuckDB has was judged", async () => {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(
    `SELECT DISTINCT lower(function_name) FROM duckdb_functions()
     WHERE internal AND function_type IN ('scalar', 'aggregate', 'macro')`,
  );
  const names = reader.getRows().map(([name]) => String(name));
  const isRefused = (name: string) => REFUSED.has(name) || REFUSED_FAMILIES.test(name);
  expect(names.filter((name) => !isPureFunction(name) && !isRefused(name))).toEqual([]);
  expect(names.filter((name) => isPureFunction(name) && isRefused(name))).toEqual([]);
  expect([...REFUSED].filter((name) => !names.includes(name))).toEqual([]);
  connection.closeSync();
  instance.closeSync();
});
