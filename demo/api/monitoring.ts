import { cpus, freemem, loadavg, totalmem } from "node:os";
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { z } from "zod";
import type { Database } from "../engine/database";
import { createRoutes, jsonBody } from "../http/app";

const LogLevel = z.object({
  level: z
    .string()
    .transform((text) => text.toUpperCase())
    .pipe(z.enum(["DEBUG", "INFO", "WARNING", "ERROR"])),
});
type Level = z.infer<typeof LogLevel>["level"];

const setLogLevel = createRoute({
  method: "post",
  path: "/admin/logging/level",
  request: { body: jsonBody(LogLevel) },
  responses: { 200: { description: "The level that counts now." } },
});

/** DuckDB Spawn's health, metrics and log level. */
export function monitoringRoutes(
  database: Database,
  setLevel: (level: Level) => void,
): OpenAPIHono {
  let level: Level = "INFO";
  const routes = createRoutes();
  const health = async (c: Context) => {
    await database.inspect((connection) => connection.run("SELECT 1"));
    return c.json({ status: "healthy", uptime_seconds: process.uptime() });
  };
  routes.get("/health", health);
  routes.get("/monitoring/health", health);
  routes.get("/monitoring/metrics/system", (c) => c.json(systemMetrics()));
  routes.get("/admin/logging/level", (c) => c.json({ level }));
  routes.openapi(setLogLevel, (c) => {
    level = c.req.valid("json").level;
    setLevel(level);
    return c.json({ level }, 200);
  });
  return routes;
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
