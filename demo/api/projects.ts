import { z } from "zod";
import { AppError } from "@/server/platform";
import { CREATE_PRODUCT_TABLES, PRODUCT_TABLES } from "../data/tables";
import type { Database, Row } from "../engine/database";
import { parseInput, type Route } from "../http/route";
import { CreateProject, ListProjects } from "./project-input";
import { insertProject, SQL, toProject } from "./project-queries";

/** DuckDB Spawn's `/ops` routes: open on loopback, as in the original. */
export function projectRoutes(database: Database): Route[] {
  return [
    {
      method: "POST",
      path: "/ops/initialize",
      isProtected: false,
      handle: async () => {
        for (const sql of CREATE_PRODUCT_TABLES) {
          await database.writes.run((connection) => connection.run(sql));
        }
        return { status: 200, body: { status: "initialized", tables: PRODUCT_TABLES } };
      },
    },
    {
      method: "POST",
      path: "/ops/projects",
      isProtected: false,
      handle: async (call) => {
        const id = await insertProject(database, parseInput(CreateProject, call.body));
        return { status: 201, body: await findProject(database, id) };
      },
    },
    {
      method: "GET",
      path: "/ops/projects",
      isProtected: false,
      handle: async (call) => {
        const rows = await listProjects(database, parseInput(ListProjects, call.query));
        return { status: 200, body: rows.map(toProject) };
      },
    },
    {
      method: "GET",
      path: "/ops/projects/{id}",
      isProtected: false,
      handle: async (call) => ({
        status: 200,
        body: await findProject(database, parseInput(z.uuid(), call.path.id)),
      }),
    },
  ];
}

async function findProject(database: Database, id: string): Promise<Row> {
  const [row] = await database.rows(SQL.byId, [id]);
  if (!row) throw new AppError("not_found", "There is no such project.");
  return toProject(row);
}

async function listProjects(
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
