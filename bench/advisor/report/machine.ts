import os from "node:os";
import { DuckDBInstance } from "@duckdb/node-api";

/** Where and with what it was measured. */
export async function machine() {
  const cpu = os.cpus();
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const [row] = (await connection.runAndReadAll("SELECT version()")).getRowsJson();
    return {
      measured_at: new Date().toISOString(),
      machine: {
        cpu: cpu[0]?.model ?? "unknown",
        cores: cpu.length,
        memory_bytes: os.totalmem(),
        node: process.version,
        duckdb: String(row?.[0]),
      },
    };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
