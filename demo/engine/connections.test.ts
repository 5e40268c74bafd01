import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import { ConnectionPool } from "./connections";

test("who waits no longer leaves the queue, and takes nobody's turn", async () => {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const pool = await ConnectionPool.open(instance, 1);
  let release = () => {};
  const held = pool.use(
    () =>
      new Promise<void>((resolve) => {
        release = resolve;
      }),
  );
  const left = new AbortController();
  const impatient = pool.use(async () => "never", left.signal);
  const patient = pool.use(async () => "served", new AbortController().signal);
  left.abort(new Error("gone"));
  await expect(impatient).rejects.toThrow("gone");
  await expect(pool.use(async () => "never", left.signal)).rejects.toThrow("gone");
  release();
  await held;
  expect(await patient).toBe("served");
  expect(await pool.use(async () => "free again")).toBe("free again");
  pool.close();
  instance.closeSync();
});
