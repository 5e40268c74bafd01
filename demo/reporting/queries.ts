import { daysBefore } from "../workload/draw";
import type { REPORTS } from "./data";

/** Reporting's statements, used by its API and by its workload alike. */
export const SQL = {
  status:
    "SELECT status, count(*) AS projects, sum(total_amount) AS total_amount FROM projects GROUP BY status",
  currency: `SELECT currency_code, count(*) AS projects, avg(total_amount) AS mean_amount
    FROM projects GROUP BY currency_code ORDER BY currency_code`,
  monthly:
    "SELECT month, currency_code, projects, total_amount FROM monthly_volume WHERE month >= ? ORDER BY month",
  open: `SELECT project_id, project_name, total_amount FROM open_projects
    WHERE currency_code = ? ORDER BY total_amount DESC LIMIT 50`,
  byId: "SELECT project_id, project_name, status, total_amount FROM projects WHERE project_id = ?",
  recent: "SELECT count(*) AS projects FROM projects WHERE creation_date > ?",
  run: `INSERT INTO report_runs
    SELECT coalesce(max(run_id), 0) + 1, ?, ?, ? FROM report_runs`,
  mirror: "UPDATE projects SET status = ?, mirrored_at = ? WHERE project_id = ?",
} as const;

/** What a report asks for, with what it was last asked for by default. */
export function reportQuery(
  report: (typeof REPORTS)[number],
  { dataEnd, currency }: { dataEnd: Date; currency: string },
) {
  switch (report) {
    case "monthly":
      return { sql: SQL.monthly, parameters: [daysBefore(dataEnd, 730)] };
    case "open":
      return { sql: SQL.open, parameters: [currency] };
    default:
      return { sql: SQL[report], parameters: [] };
  }
}
