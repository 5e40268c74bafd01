import { projectIdSql, sqlList, UNIFORM_MACROS } from "../data/uniform";
import { CREATE_PRODUCT_TABLES } from "./tables";

const PORTFOLIO_COUNT = 200;
const HISTORY_DAYS = 4383;

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

/**
 * Projects: near-unique names, status 12/55/33, twelve years of creation dates in shuffled order,
 * log-normal amounts (median 9.8 M), currencies skewed to EUR and USD. Honest data have flaws:
 * 0.4 % have no description, and of 60 013 amounts one is a million times too large.
 */
export function projectsSql(rows: number, dataEnd: string): string {
  return `SELECT
    ${projectIdSql("i")} AS project_id,
    pick(${sqlList(SECTORS)}, u(i, 1)) || ' ' || pick(${sqlList(NAMES)}, u(i, 2)) || ' '
      || lpad((floor(u(i, 3) * 10000000)::BIGINT)::VARCHAR, 7, '0') AS project_name,
    CASE WHEN u(i, 30) >= 0.004 THEN 'Phase ' || (1 + floor(u(i, 4) * 9)::INTEGER) || ', ' || pick(${sqlList(INSTRUMENTS)}, u(i, 5)) END AS description,
    (least(exp(16.1 + 1.35 * g(i, 6)), 1e11) * CASE WHEN i % 60013 = 17 THEN 1e6 ELSE 1 END)::DECIMAL(20,2) AS total_amount,
    5 + floor(36 * u(i, 8) * sqrt(u(i, 9)))::INTEGER AS maturity_years,
    least(35, greatest(0.5, 7.5 + 2.8 * g(i, 10)))::DECIMAL(5,2) AS expected_tri,
    least(9, greatest(0.6, 1.45 + 0.3 * g(i, 12)))::DECIMAL(5,2) AS dscr,
    CASE WHEN u(i, 14) < 0.12 THEN 'PROPOSED' WHEN u(i, 14) < 0.67 THEN 'ACTIVE' ELSE 'COMPLETED' END AS status,
    DATE '${dataEnd}' - floor(${HISTORY_DAYS} * u(i, 15))::INTEGER AS creation_date,
    TIMESTAMP '${dataEnd} 00:00:00'
      - to_seconds(floor(${HISTORY_DAYS * 86_400} * u(i, 15) * u(i, 16))::BIGINT) AS last_updated,
    CASE WHEN u(i, 17) < 0.52 THEN 'EUR' WHEN u(i, 17) < 0.78 THEN 'USD' WHEN u(i, 17) < 0.87 THEN 'GBP'
      WHEN u(i, 17) < 0.92 THEN 'CHF' WHEN u(i, 17) < 0.96 THEN 'SEK' WHEN u(i, 17) < 0.99 THEN 'PLN'
      ELSE 'JPY' END AS currency_code
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
    ${projectIdSql(`floor(u(i, 26) * ${rows})::BIGINT`)} AS project_id,
    (0.1 + 20 * u(i, 27) * u(i, 28))::DECIMAL(5,2),
    DATE '${dataEnd}' - floor(${HISTORY_DAYS} * u(i, 29))::INTEGER
    FROM range(${count}) r(i) ORDER BY 1, 2`;
}

/** Statements that create and fill the demo product's tables; `dataEnd` (YYYY-MM-DD) is the last day. */
export function demoDataSql(rows: number, dataEnd: string): string[] {
  return [
    ...UNIFORM_MACROS,
    ...CREATE_PRODUCT_TABLES,
    `INSERT INTO projects ${projectsSql(rows, dataEnd)}`,
    insertPortfolios(dataEnd),
    insertPortfolioProjects(rows, dataEnd),
  ];
}
