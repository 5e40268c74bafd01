import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import { canonicalType } from "./index";

const WRITTEN =
  "int, int4, int32, signed, integral, int8, int64, long, Int2, int16, short, int1, int128, uint8, uint16, uint32, uint64, uint128, bool, LOGICAL, boolean, text, string, char, bpchar, nvarchar, varchar, varchar(20), character varying, datetime, timestamp, timestamp without time zone, timestamp_us, timestamp_s, timestamp_ms, timestamp_ns, timestamp(0), timestamp(3), timestamp(6), timestamp(9), timestamptz, Timestamp With Time Zone, date, time, interval, float4, real, float8, double precision, numeric, decimal(10 , 2), NUMERIC(12,4), dec(5), bytea, varbinary, blob, uuid, guid, json, int[], text[3], varchar(10)[][], enum('a', 'b'), hugeint, utinyint";

test("types are written as DuckDB's catalog prints them", async () => {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  for (const type of WRITTEN.split(/, (?!2\)|'b)/)) {
    await connection.run(`CREATE OR REPLACE TABLE t (c ${type.replace(" ,", ",")})`);
    const reader = await connection.runAndReadAll("SELECT data_type FROM duckdb_columns()");
    expect(canonicalType(type), type).toBe(reader.getRows()[0]?.[0]);
  }
  connection.closeSync();
  instance.closeSync();
});

test("what is no known type stays as it is written", () => {
  expect(canonicalType("mood")).toBe("mood");
  expect(canonicalType('"My type"')).toBe('"My type"');
  expect(canonicalType("Struct(a INTEGER)")).toBe("STRUCT(a INTEGER)");
  expect(canonicalType("text collate nocase")).toBe("VARCHAR COLLATE NOCASE");
});
