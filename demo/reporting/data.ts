import { UNIFORM_MACROS } from "../data/uniform";
import { projectsSql } from "../financing/data";

export const REPORTING_TABLES = ["projects", "report_runs"] as const;

/**
 * The mirror has the columns that reports need. Views name theirs, as DuckDB refuses a view of
 * `SELECT *` once its table has another column.
 */
const CREATE_REPORTING_TABLES = [
  `CREATE TABLE projects (
    project_id UUID PRIMARY KEY,
    project_name VARCHAR NOT NULL,
    total_amount DECIMAL(20,2) NOT NULL,
    status VARCHAR NOT NULL,
    creation_date DATE NOT NULL,
    currency_code CHAR(3) NOT NULL,
    mirrored_at TIMESTAMP NOT NULL
  )`,
  `CREATE TABLE report_runs (
    run_id BIGINT PRIMARY KEY,
    report VARCHAR NOT NULL,
    run_at TIMESTAMP NOT NULL,
    row_count INTEGER NOT NULL
  )`,
  `CREATE VIEW open_projects AS
    SELECT project_id, project_name, total_amount, currency_code, creation_date
    FROM projects WHERE status <> 'COMPLETED'`,
  `CREATE VIEW monthly_volume AS
    SELECT date_trunc('month', creation_date) AS month, currency_code,
      count(*) AS projects, sum(total_amount) AS total_amount
    FROM projects GROUP BY ALL`,
];

export const REPORTS = ["status", "currency", "monthly", "open"] as const;

/** Half of financing's projects, as the last night's mirroring left them. */
function insertMirror(rows: number, dataEnd: string): string {
  return `INSERT INTO projects
    SELECT project_id, project_name, total_amount, status, creation_date, currency_code,
      TIMESTAMP '${dataEnd} 00:00:00'
    FROM (${projectsSql(Math.ceil(rows / 2), dataEnd)})`;
}

function insertRuns(dataEnd: string): string {
  return `INSERT INTO report_runs SELECT i, pick(['status', 'currency', 'monthly', 'open'], u(i, 1)),
    TIMESTAMP '${dataEnd} 00:00:00' - to_hours(i * 6), (200 * u(i, 2))::INTEGER FROM range(400) r(i)`;
}

/** Reporting's tables; the mirror has half as many rows as financing's projects with the same `rows`. */
export function reportingDataSql(rows: number, dataEnd: string): string[] {
  return [
    ...UNIFORM_MACROS,
    ...CREATE_REPORTING_TABLES,
    insertMirror(rows, dataEnd),
    insertRuns(dataEnd),
  ];
}
