import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import { parseBytes } from "./data-state";

test.each([
  ["0 bytes", 0],
  ["1 byte", 1],
  ["953.6 MiB", 999_922_074],
  ["1.8 GiB", 1_932_735_283],
])("%s are %d bytes", (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes);
});

test("what DuckDB prints of its own setting is understood, within its one digit", async () => {
  const instance = await DuckDBInstance.create(":memory:", { memory_limit: "3GB" });
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll("SELECT current_setting('memory_limit')");
    const bytes = parseBytes(String(reader.getRowsJson()[0]?.[0]));
    expect(Math.abs(bytes - 3e9) / 3e9).toBeLessThan(0.05);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
});

test("anything else is refused rather than guessed", () => {
  expect(() => parseBytes("unlimited")).toThrow("unlimited");
});
