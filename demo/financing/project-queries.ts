import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { JsonScalar } from "@/server/contracts";
import type { Database, Row } from "../engine/database";
import { timestampText } from "../workload/draw";

const ProjectStatus = z.enum(["PROPOSED", "ACTIVE", "COMPLETED"]);

/** A number that fits DECIMAL(5,2). */
const Decimal5 = z.number().min(-999.99).max(999.99);

export const CreateProject = z.object({
  project_name: z.string().min(1).max(200),
  description: z.string().max(4000).nullable().default(null),
  total_amount: z.number().min(0).max(1e15),
  maturity_years: z.number().int().min(0).max(100).nullable().default(null),
  expected_tri: Decimal5.nullable().default(null),
  dscr: Decimal5.nullable().default(null),
  status: ProjectStatus.default("PROPOSED"),
  creation_date: z.iso.date().optional(),
  currency_code: z
    .string()
    .regex(/^[A-Z]{3}$/, "three capital letters")
    .default("EUR"),
});
export type CreateProject = z.infer<typeof CreateProject>;

export const ListProjects = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  status: ProjectStatus.optional(),
  project_name: z.string().max(200).optional(),
});

/** The product's statements, used by its API and by the demo workload alike. */
export const SQL = {
  byId: "SELECT * FROM projects WHERE project_id = ?",
  byName: "SELECT * FROM projects WHERE project_name = ?",
  byStatus: "SELECT * FROM projects WHERE status = ? ORDER BY creation_date DESC LIMIT ?",
  latest: "SELECT * FROM projects ORDER BY creation_date DESC LIMIT ?",
  since: "SELECT * FROM projects WHERE creation_date > ?",
  period: `SELECT count(*) AS projects, sum(total_amount) AS total_amount, avg(dscr) AS dscr
    FROM projects WHERE creation_date BETWEEN ? AND ?`,
  statusDashboard:
    "SELECT status, count(*) AS projects, sum(total_amount) AS total_amount FROM projects GROUP BY status",
  currencyDashboard: `SELECT currency_code, count(*) AS projects, sum(total_amount) AS total_amount
    FROM projects GROUP BY currency_code`,
  statusTotal:
    "SELECT count(*) AS projects, sum(total_amount) AS total_amount FROM projects WHERE status = ?",
  portfolio: `SELECT p.project_name, p.status, p.total_amount, pp.allocation_percentage
    FROM portfolio_projects pp JOIN projects p ON p.project_id = pp.project_id
    WHERE pp.portfolio_id = ?`,
  insert: `INSERT INTO projects (project_id, project_name, description, total_amount, maturity_years,
    expected_tri, dscr, status, creation_date, last_updated, currency_code)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  setStatus: "UPDATE projects SET status = ?, last_updated = ? WHERE project_id = ?",
} as const;

/** Inserts a project and answers its id. */
export async function insertProject(database: Database, input: CreateProject): Promise<string> {
  const id = randomUUID();
  const now = new Date();
  const values: JsonScalar[] = [
    id,
    input.project_name,
    input.description,
    input.total_amount.toFixed(2),
    input.maturity_years,
    input.expected_tri?.toFixed(2) ?? null,
    input.dscr?.toFixed(2) ?? null,
    input.status,
    input.creation_date ?? now.toISOString().slice(0, 10),
    timestampText(now),
    input.currency_code,
  ];
  await database.write(SQL.insert, values);
  return id;
}

/** DuckDB's decimals arrive as text; the API answers numbers, as DuckDB Spawn does. */
export function toProject(row: Row): Row {
  const asNumber = (value: unknown) => (value === null ? null : Number(value));
  return {
    ...row,
    total_amount: asNumber(row.total_amount),
    expected_tri: asNumber(row.expected_tri),
    dscr: asNumber(row.dscr),
  };
}
