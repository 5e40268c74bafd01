import type { DuckDBConnection } from "@duckdb/node-api";
import { quoteText } from "../engine/statement";
import { CREATE_HIDDEN_TABLES, CREATE_PRODUCT_TABLES } from "./tables";

/** Changing it changes every generated row. */
const SEED = 20_240_501;
const PORTFOLIO_COUNT = 200;
const HISTORY_DAYS = 4383;

/**
 * `u(i, k)`: the k-th uniform number in [0, 1) of row i, from a hash (deterministic whatever the
 * threads). One mixed integer is hashed because DuckDB's two-argument hash only XORs its parts,
 * which ties u(i, 1) to u(i, 2). `g`: a standard normal by Box-Muller.
 */
const UNIFORM_MACROS = [
  `CREATE OR REPLACE TEMP MACRO u(i, k) AS (hash(i * 32 + k + ${SEED}) >> 11)::DOUBLE / 9007199254740992.0`,
  "CREATE OR REPLACE TEMP MACRO g(i, k) AS sqrt(-2 * ln(1 - u(i, k))) * cos(6.283185307179586 * u(i, k + 1))",
  "CREATE OR REPLACE TEMP MACRO pick(list, x) AS list[1 + floor(x * len(list))::BIGINT]",
];

const SECTORS = [
  "Solar",
  "Wind",
  "Hydro",
  "Rail",
  "Port",
  "Grid",
  "Water",
  "Metro",
  "Storage",
  "Fibre",
];
const NAMES = [
  "Alba",
  "Borealis",
  "Cobalt",
  "Delta",
  "Ember",
  "Fjord",
  "Garonne",
  "Helios",
  "Iris",
  "Juno",
  "Kestrel",
  "Lumen",
];
const INSTRUMENTS = ["senior debt", "mezzanine", "equity bridge", "bond"];

const sqlList = (values: string[]) => `[${values.map(quoteText).join(", ")}]`;

/**
 * Projects: near-unique names, status 12/55/33, twelve years of creation dates in shuffled order,
 * log-normal amounts (median 9.8 M), currencies skewed to EUR and USD. Honest data have flaws:
 * 0.4 % have no description, and of 60 013 amounts one is a million times too large.
 */
function insertProjects(rows: number, dataEnd: string): string {
  return `INSERT INTO projects SELECT
    md5('project' || i)::UUID,
    pick(${sqlList(SECTORS)}, u(i, 1)) || ' ' || pick(${sqlList(NAMES)}, u(i, 2)) || ' '
      || lpad((floor(u(i, 3) * 10000000)::BIGINT)::VARCHAR, 7, '0'),
    CASE WHEN u(i, 30) >= 0.004 THEN 'Phase ' || (1 + floor(u(i, 4) * 9)::INTEGER) || ', ' || pick(${sqlList(INSTRUMENTS)}, u(i, 5)) END,
    (least(exp(16.1 + 1.35 * g(i, 6)), 1e11) * CASE WHEN i % 60013 = 17 THEN 1e6 ELSE 1 END)::DECIMAL(20,2),
    5 + floor(36 * u(i, 8) * sqrt(u(i, 9)))::INTEGER,
    least(35, greatest(0.5, 7.5 + 2.8 * g(i, 10)))::DECIMAL(5,2),
    least(9, greatest(0.6, 1.45 + 0.3 * g(i, 12)))::DECIMAL(5,2),
    CASE WHEN u(i, 14) < 0.12 THEN 'PROPOSED' WHEN u(i, 14) < 0.67 THEN 'ACTIVE' ELSE 'COMPLETED' END,
    DATE '${dataEnd}' - floor(${HISTORY_DAYS} * u(i, 15))::INTEGER,
    TIMESTAMP '${dataEnd} 00:00:00'
      - to_seconds(floor(${HISTORY_DAYS * 86_400} * u(i, 15) * u(i, 16))::BIGINT),
    CASE WHEN u(i, 17) < 0.52 THEN 'EUR' WHEN u(i, 17) < 0.78 THEN 'USD' WHEN u(i, 17) < 0.87 THEN 'GBP'
      WHEN u(i, 17) < 0.92 THEN 'CHF' WHEN u(i, 17) < 0.96 THEN 'SEK' WHEN u(i, 17) < 0.99 THEN 'PLN'
      ELSE 'JPY' END
    FROM range(${rows}) r(i)`;
}

function insertPortfolios(dataEnd: string): string {
  return `INSERT INTO portfolios SELECT
    md5('portfolio' || i)::UUID,
    pick(${sqlList(NAMES)}, u(i, 18)) || ' Infrastructure ' || (i + 1),
    'Portfolio number ' || (i + 1),
    pick(['LOW', 'MEDIUM', 'MEDIUM', 'HIGH'], u(i, 19)),
    exp(20 + g(i, 20))::DECIMAL(20,2),
    DATE '${dataEnd}' - floor(${HISTORY_DAYS} * u(i, 22))::INTEGER,
    TIMESTAMP '${dataEnd} 00:00:00' - to_seconds(floor(8640000 * u(i, 23))::BIGINT)
    FROM range(${PORTFOLIO_COUNT}) r(i)`;
}

/** About 40 000 memberships (a quarter of the projects when there are fewer). */
function insertPortfolioProjects(rows: number, dataEnd: string): string {
  const count = Math.min(40_000, Math.ceil(rows / 4));
  return `INSERT INTO portfolio_projects SELECT DISTINCT ON (1, 2)
    md5('portfolio' || floor(u(i, 24) * u(i, 25) * ${PORTFOLIO_COUNT})::BIGINT)::UUID AS portfolio_id,
    md5('project' || floor(u(i, 26) * ${rows})::BIGINT)::UUID AS project_id,
    (0.1 + 20 * u(i, 27) * u(i, 28))::DECIMAL(5,2),
    DATE '${dataEnd}' - floor(${HISTORY_DAYS} * u(i, 29))::INTEGER
    FROM range(${count}) r(i) ORDER BY 1, 2`;
}

/** Statements that create and fill the demo product's tables; `dataEnd` (YYYY-MM-DD) is the last day. */
export function demoDataSql(rows: number, dataEnd: string): string[] {
  return [
    ...UNIFORM_MACROS,
    ...CREATE_PRODUCT_TABLES,
    insertProjects(rows, dataEnd),
    insertPortfolios(dataEnd),
    insertPortfolioProjects(rows, dataEnd),
  ];
}

/**
 * Fills an empty database with generated data, once. Everything happens in one transaction that
 * ends with the row that says so: a process killed half way starts anew, a finished one reuses.
 */
export async function ensureData(connection: DuckDBConnection, rows: number): Promise<void> {
  for (const sql of CREATE_HIDDEN_TABLES) await connection.run(sql);
  if (await readMeta(connection, "data_end")) return;
  const dataEnd = new Date().toISOString().slice(0, 10);
  await connection.run("BEGIN");
  for (const sql of demoDataSql(rows, dataEnd)) await connection.run(sql);
  await connection.run("INSERT INTO _sidecar_meta VALUES ('data_end', $1)", [dataEnd]);
  await connection.run("COMMIT");
  await connection.run("CHECKPOINT");
}

/** The last day the generated data covers, `YYYY-MM-DD`: reports of the workload end there. */
export async function readDataEnd(connection: DuckDBConnection): Promise<string> {
  const value = await readMeta(connection, "data_end");
  if (value === null) throw new Error("The demo data was never generated.");
  return value;
}

async function readMeta(connection: DuckDBConnection, name: string): Promise<string | null> {
  const reader = await connection.runAndReadAll("SELECT value FROM _sidecar_meta WHERE name = $1", [
    name,
  ]);
  const value = reader.getRowsJson()[0]?.[0];
  return typeof value === "string" ? value : null;
}
