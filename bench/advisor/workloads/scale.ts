import type { QueryDefinition, Workload } from "../types";
import { createTable, existing, fillTable } from "./tables";

const TABLES = 30;
const SHAPES = 200;
/** So many tables have all the rows, the others an eighth: as products have. */
const LARGE_TABLES = 6;
const DAYS = 1500;

/** A product of thirty tables with two hundred shapes of queries: what one advising run must bear. */
export const scale: Workload = {
  name: "scale",
  title: `${TABLES} tables, ${SHAPES} query shapes`,
  rows: 400_000,
  insertTable: tableName(0),
  isSearched: false,
  load: (rows) => Array.from({ length: TABLES }, (_, at) => loadTable(at, rows)).flat(),
  queries: () =>
    Array.from({ length: TABLES }, (_, at) => queriesOf(at))
      .flat()
      .slice(0, SHAPES),
};

function tableName(at: number): string {
  return `facts_${String((at % TABLES) + 1).padStart(2, "0")}`;
}

function loadTable(at: number, rows: number): string[] {
  const count = at < LARGE_TABLES ? rows : rows / 8;
  return [
    createTable(tableName(at), [
      "id BIGINT PRIMARY KEY",
      "code VARCHAR",
      "day DATE",
      "text_day VARCHAR",
      "status VARCHAR",
      "ref_id BIGINT",
      "amount DECIMAL(12,2)",
      "note VARCHAR",
    ]),
    fillTable(tableName(at), count, [
      "i",
      `left(md5((i + ${at} * 100000)::VARCHAR), 12)`,
      `DATE '2021-01-01' + num(i, 1, ${DAYS})`,
      `(DATE '2021-01-01' + num(i, 2, ${DAYS}))::VARCHAR`,
      "pick(['open', 'held', 'done', 'void'], u(i, 3))",
      `num(i, 4, ${Math.round(rows / 8)})`,
      "num(i, 5, 1000000) / 100.0",
      "md5((i * 7)::VARCHAR)",
    ]),
  ];
}

function queriesOf(at: number): QueryDefinition[] {
  const [table, next] = [tableName(at), tableName(at + 1)];
  const month = `SELECT (DATE '2021-01-01' + 300 * i::INTEGER)::VARCHAR, (DATE '2021-02-01' + 300 * i::INTEGER)::VARCHAR FROM range(4) r(i)`;
  const query = (name: string, calls: number, sql: string, parameters?: string) => ({
    name: `${table}-${name}`,
    calls,
    sql,
    ...(parameters === undefined ? {} : { parameters }),
  });
  return [
    query("by-code", 100, `SELECT * FROM ${table} WHERE code = $1`, existing(table, "code", 3)),
    query(
      "month",
      40,
      `SELECT status, sum(amount) AS amount FROM ${table} WHERE day >= $1 AND day < $2 GROUP BY status`,
      month,
    ),
    query(
      "text-month",
      20,
      `SELECT count(*) AS n FROM ${table} WHERE text_day >= $1 AND text_day < $2`,
      month,
    ),
    query(
      "by-ref",
      60,
      `SELECT id, amount FROM ${table} WHERE ref_id = $1`,
      existing(table, "ref_id", 3),
    ),
    query(
      "open",
      20,
      `SELECT count(*) AS n, sum(amount) AS amount FROM ${table} WHERE status = 'open'`,
    ),
    query("statuses", 10, `SELECT status, count(*) AS n FROM ${table} GROUP BY status`),
    query(
      "joined",
      10,
      `SELECT b.status, sum(a.amount) AS amount FROM ${table} a JOIN ${next} b ON a.ref_id = b.id
        WHERE a.day = $1 GROUP BY b.status`,
      `SELECT day FROM (${existing(table, "day", 3)})`,
    ),
  ];
}
