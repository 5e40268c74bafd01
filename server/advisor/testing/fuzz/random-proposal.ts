import type { Candidate, Change, TableSchema } from "@/server/contracts";
import { quoteIdentifier } from "@/server/sql";
import type { Draw } from "@/server/testing/fuzz/draw";
import type { ShapeParser } from "@/server/workload/shape";
import { areExclusive, proposeCandidates } from "../..";
import { workload } from "../advice";
import type { PlanDatabase } from "./plan-database";
import type { RandomColumn, RandomTable } from "./random-schema";
import type { RandomWrite } from "./random-writes";

const QUERIES_PER_TABLE = 6;
/** Small data stand for a large table: each row for so many. */
const SCALES = [1, 20_000];
const SET_MAX = 3;

/** Changes that the advisor proposes for a workload, and what it says of them. */
interface RandomProposal {
  changes: Change[];
  warnings: string;
}

/** One to three compatible proposals for the tables, random queries and these writes; null: none. */
export async function randomProposal(
  draw: Draw,
  parser: ShapeParser,
  db: PlanDatabase,
  given: { drawn: readonly RandomTable[]; writes: readonly RandomWrite[] },
): Promise<RandomProposal | null> {
  const { tables, distinctValues } = await withStatistics(db, draw.pick(SCALES));
  const reads = given.drawn.flatMap((table) =>
    Array.from({ length: QUERIES_PER_TABLE }, () => randomQuery(draw, table, given.drawn)),
  );
  const texts = [...reads, ...given.writes.flatMap(({ statements }) => statements)];
  const entries = texts.map((sql) => ({
    sql,
    calls: 1 + draw.below(2000),
    mean_ms: draw.below(50),
  }));
  const queries = await workload(parser, tables, entries);
  const { candidates } = proposeCandidates({ tables, queries, distinctValues });
  const able = candidates.filter(({ plan }) => plan.statements.length > 0);
  if (able.length === 0) return null;
  const chosen: Candidate[] = [];
  for (let count = draw.chance(0.7) ? 1 : SET_MAX; count > 0; count--) {
    const next = draw.pick(able);
    const isCompatible = chosen.every(
      ({ candidate_id, change }) =>
        candidate_id !== next.candidate_id && !areExclusive(change, next.change),
    );
    if (isCompatible) chosen.push(next);
  }
  const said = chosen.flatMap(({ drawbacks, risk }) => [
    ...drawbacks,
    ...Object.values(risk).flat(),
  ]);
  return { changes: chosen.map(({ change }) => change), warnings: said.join(" ") };
}

const QUERIES: readonly ((from: string, a: [string, string], b: [string, string]) => string)[] = [
  (from, [x, value]) => `SELECT * FROM ${from} WHERE ${x} = ${value}`,
  (from, [x, value]) => `SELECT id FROM ${from} WHERE ${x} IN (${value}, ${value})`,
  (from, [x, value], [y]) => `SELECT ${y} FROM ${from} WHERE ${x} > ${value}`,
  (from, [x, value]) => `SELECT count(*) FROM ${from} WHERE ${x} BETWEEN ${value} AND ${value}`,
  (from, [x, value], [y, other]) =>
    `SELECT count(*) FROM ${from} WHERE ${x} = ${value} AND ${y} > ${other}`,
  (from, [x]) => `SELECT ${x}, count(*) FROM ${from} GROUP BY ${x}`,
  (from, [x]) => `SELECT * FROM ${from} ORDER BY ${x} DESC LIMIT 10`,
  (from) => `SELECT * FROM ${from} WHERE id = 5`,
];

function randomQuery(draw: Draw, table: RandomTable, all: readonly RandomTable[]): string {
  const use = ({ name, type }: RandomColumn): [string, string] => [
    quoteIdentifier(name),
    draw.pick(type.values),
  ];
  const from = quoteIdentifier(table.name);
  if (draw.chance(0.1)) {
    const other = quoteIdentifier(draw.pick(all).name);
    return `SELECT count(*) FROM ${from} l JOIN ${other} r ON l.id = r.id`;
  }
  const [a, b] = [draw.pick(table.columns), draw.pick(table.columns)];
  return draw.pick(QUERIES)(from, use(a), use(b));
}

/** The tables with statistics true to their rows, all counts multiplied by `scale`. */
async function withStatistics(db: PlanDatabase, scale: number) {
  const known: TableSchema[] = [];
  const values = new Map<string, string[]>();
  for (const table of await db.tables()) {
    const from = quoteIdentifier(table.name);
    const rows = Number((await db.texts(`SELECT count(*) FROM ${from}`))[0]);
    const columns: TableSchema["columns"] = [];
    for (const column of table.columns) {
      const statistics = await statisticsOf(db, from, column.name, { rows, scale });
      columns.push({ ...column, statistics });
      if (column.type !== "VARCHAR") continue;
      const name = quoteIdentifier(column.name);
      const distinct = `SELECT DISTINCT ${name} FROM ${from} WHERE ${name} IS NOT NULL ORDER BY 1`;
      values.set(JSON.stringify([table.name, column.name]), await db.texts(distinct));
    }
    const row_count = rows * scale;
    known.push({ ...table, columns, row_count, estimated_bytes: row_count * 64 });
  }
  const distinctValues = (table: string, column: string): string[] | undefined =>
    values.get(JSON.stringify([table, column]));
  return { tables: known, distinctValues };
}

async function statisticsOf(
  db: PlanDatabase,
  from: string,
  column: string,
  { rows, scale }: { rows: number; scale: number },
) {
  const name = quoteIdentifier(column);
  const items = [
    `count(DISTINCT ${name})`,
    `count(*) - count(${name})`,
    `min(${name})`,
    `max(${name})`,
  ].map((item) => `CAST(${item} AS VARCHAR)`);
  const [text = "[]"] = await db.texts(
    `SELECT CAST(to_json([${items.join(", ")}]) AS VARCHAR) FROM ${from}`,
  );
  const [distinct, nulls, min = null, max = null] = JSON.parse(text) as (string | null)[];
  const count = Number(distinct);
  return {
    distinct_count: count > rows / 2 ? count * scale : count,
    null_fraction: rows === 0 ? 0 : Number(nulls) / rows,
    min,
    max,
  };
}
