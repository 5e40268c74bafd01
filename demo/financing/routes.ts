import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { AppError } from "@/server/platform";
import type { Database, Row } from "../engine/database";
import { createRoutes, jsonBody } from "../http/app";
import { CreateProject, insertProject, ListProjects, SQL, toProject } from "./project-queries";
import { CREATE_PRODUCT_TABLES, PRODUCT_TABLES } from "./tables";

const createProject = createRoute({
  method: "post",
  path: "/ops/projects",
  request: { body: jsonBody(CreateProject) },
  responses: { 201: { description: "The project." } },
});
const listProjects = createRoute({
  method: "get",
  path: "/ops/projects",
  request: { query: ListProjects },
  responses: { 200: { description: "Projects, newest first." } },
});
const getProject = createRoute({
  method: "get",
  path: "/ops/projects/{id}",
  request: { params: z.object({ id: z.guid() }) },
  responses: { 200: { description: "The project." } },
});

/** DuckDB Spawn's `/ops` routes: open on loopback, as in the original. */
export function projectRoutes(database: Database): OpenAPIHono {
  const routes = createRoutes();
  routes.post("/ops/initialize", async (c) => {
    for (const sql of CREATE_PRODUCT_TABLES) {
      await database.writes.run((connection) => connection.run(sql));
    }
    return c.json({ status: "initialized", tables: PRODUCT_TABLES });
  });
  routes.openapi(createProject, async (c) => {
    const id = await insertProject(database, c.req.valid("json"));
    return c.json(await findProject(database, id), 201);
  });
  routes.openapi(listProjects, async (c) => {
    const rows = await selectProjects(database, c.req.valid("query"));
    return c.json(rows.map(toProject), 200);
  });
  routes.openapi(getProject, async (c) =>
    c.json(await findProject(database, c.req.valid("param").id), 200),
  );
  return routes;
}

async function findProject(database: Database, id: string): Promise<Row> {
  const [row] = await database.rows(SQL.byId, [id]);
  if (!row) throw new AppError("not_found", "There is no such project.");
  return toProject(row);
}

async function selectProjects(
  database: Database,
  input: z.infer<typeof ListProjects>,
): Promise<Row[]> {
  if (input.project_name !== undefined) {
    const rows = await database.rows(SQL.byName, [input.project_name]);
    return rows.filter((row) => !input.status || row.status === input.status).slice(0, input.limit);
  }
  return input.status
    ? database.rows(SQL.byStatus, [input.status, input.limit])
    : database.rows(SQL.latest, [input.limit]);
}
