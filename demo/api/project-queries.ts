import { randomUUID } from "node:crypto";
import type { JsonScalar } from "@/server/contracts";
import type { Database, Row } from "../engine/database";
import type { CreateProject } from "./project-input";

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

/** A TIMESTAMP literal (UTC). */
export function timestampText(at: Date): string {
  return at.toISOString().slice(0, 19).replace("T", " ");
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
