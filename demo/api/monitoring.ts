import { cpus, freemem, loadavg, totalmem } from "node:os";
import { z } from "zod";
import type { Database } from "../engine/database";
import { parseInput, type Route } from "../http/route";

const LogLevel = z.object({
  level: z
    .string()
    .transform((text) => text.toUpperCase())
    .pipe(z.enum(["DEBUG", "INFO", "WARNING", "ERROR"])),
});

/** DuckDB Spawn's health, metrics and log level. */
export function monitoringRoutes(
  database: Database,
  setLevel: (level: z.infer<typeof LogLevel>["level"]) => void,
): Route[] {
  let level: z.infer<typeof LogLevel>["level"] = "INFO";
  const health = async () => {
    await database.inspect((connection) => connection.run("SELECT 1"));
    return { status: 200, body: { status: "healthy", uptime_seconds: process.uptime() } };
  };
  const get = (path: string, handle: Route["handle"], isProtected = false): Route => ({
    method: "GET",
    path,
    isProtected,
    handle,
  });
  return [
    get("/health", health),
    get("/monitoring/health", health),
    get("/monitoring/metrics/system", async () => ({ status: 200, body: systemMetrics() })),
    get("/admin/logging/level", async () => ({ status: 200, body: { level } }), true),
    {
      method: "POST",
      path: "/admin/logging/level",
      isProtected: true,
      handle: async (call) => {
        level = parseInput(LogLevel, call.body).level;
        setLevel(level);
        return { status: 200, body: { level } };
      },
    },
  ];
}

function systemMetrics() {
  return {
    cpu_count: cpus().length,
    load_average_1m: loadavg()[0] ?? 0,
    memory_total_bytes: totalmem(),
    memory_free_bytes: freemem(),
    process_resident_bytes: process.memoryUsage().rss,
    process_uptime_seconds: process.uptime(),
  };
}
