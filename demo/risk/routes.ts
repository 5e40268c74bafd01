import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { AppError } from "@/server/platform";
import type { Database, Row } from "../engine/database";
import { createRoutes, jsonBody } from "../http/app";
import { timestampText } from "../workload/draw";
import { RATINGS } from "./data";
import { SQL } from "./queries";

const CreateAssessment = z.object({
  project_id: z.guid(),
  model_version: z.string().min(1).max(40),
  score: z.number().int().min(300).max(850),
  rating: z.enum(RATINGS),
  probability_of_default: z.number().min(0).max(1),
  loss_given_default: z.number().min(0).max(1),
  assessor: z.string().max(100).nullable().default(null),
});
export type CreateAssessment = z.infer<typeof CreateAssessment>;

const ListAssessments = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  project_id: z.guid().optional(),
  rating: z.enum(RATINGS).optional(),
});

const createAssessment = createRoute({
  method: "post",
  path: "/ops/assessments",
  request: { body: jsonBody(CreateAssessment) },
  responses: { 201: { description: "The assessment." } },
});
const listAssessments = createRoute({
  method: "get",
  path: "/ops/assessments",
  request: { query: ListAssessments },
  responses: { 200: { description: "Assessments, newest first." } },
});
const getAssessment = createRoute({
  method: "get",
  path: "/ops/assessments/{id}",
  request: { params: z.object({ id: z.guid() }) },
  responses: { 200: { description: "The assessment." } },
});

/** Stores an assessment of today and answers its id. */
export async function insertAssessment(
  database: Database,
  input: CreateAssessment,
): Promise<string> {
  const now = timestampText(new Date());
  const stored = await database.write(SQL.insert, [
    input.project_id,
    now.slice(0, 10),
    input.model_version,
    input.score,
    input.rating,
    input.probability_of_default.toFixed(5),
    input.loss_given_default.toFixed(4),
    input.assessor,
    now,
  ]);
  return String(stored.getRowsJson()[0]?.[0]);
}

/** What risk offers to others: assessments of projects. */
export function riskRoutes(database: Database): OpenAPIHono {
  const routes = createRoutes();
  routes.openapi(createAssessment, async (c) => {
    const id = await insertAssessment(database, c.req.valid("json"));
    return c.json(await findAssessment(database, id), 201);
  });
  routes.openapi(listAssessments, async (c) =>
    c.json(await selectAssessments(database, c.req.valid("query")), 200),
  );
  routes.openapi(getAssessment, async (c) =>
    c.json(await findAssessment(database, c.req.valid("param").id), 200),
  );
  return routes;
}

async function findAssessment(database: Database, id: string): Promise<Row> {
  const [row] = await database.rows(SQL.byId, [id]);
  if (!row) throw new AppError("not_found", "There is no such assessment.");
  return row;
}

async function selectAssessments(
  database: Database,
  { project_id, rating, limit }: z.infer<typeof ListAssessments>,
): Promise<Row[]> {
  if (project_id !== undefined) {
    const rows = await database.rows(SQL.ofProject, [project_id]);
    return rows.filter((row) => !rating || row.rating === rating).slice(0, limit);
  }
  return rating === undefined
    ? database.rows(SQL.latest, [limit])
    : database.rows(SQL.byRating, [rating, limit]);
}
