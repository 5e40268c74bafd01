import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { readDataEnd } from "../data/fill";
import type { Database } from "../engine/database";
import { createRoutes } from "../http/app";
import { timestampText } from "../workload/draw";
import { REPORTS } from "./data";
import { reportQuery, SQL } from "./queries";

const runReport = createRoute({
  method: "get",
  path: "/ops/reports/{report}",
  request: {
    params: z.object({ report: z.enum(REPORTS) }),
    query: z.object({
      currency: z
        .string()
        .regex(/^[A-Z]{3}$/, "three capital letters")
        .default("EUR"),
    }),
  },
  responses: { 200: { description: "The report's rows." } },
});

/** What reporting offers to others: reports over its mirror, each run noted. */
export function reportingRoutes(database: Database): OpenAPIHono {
  const routes = createRoutes();
  routes.get("/ops/reports", (c) => c.json(REPORTS));
  routes.openapi(runReport, async (c) => {
    const { report } = c.req.valid("param");
    const dataEnd = new Date(await database.inspect(readDataEnd));
    const { sql, parameters } = reportQuery(report, { dataEnd, ...c.req.valid("query") });
    const rows = await database.rows(sql, parameters);
    await database.write(SQL.run, [report, timestampText(new Date()), rows.length]);
    return c.json(rows, 200);
  });
  return routes;
}
