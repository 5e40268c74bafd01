import type { RewriteRule } from "@/server/contracts";
import type { Draw } from "@/server/testing/fuzz/draw";
import { alternatives, computedCondition, plainCondition } from "./random-condition";
import { SHOWN } from "./random-database";

export interface RandomQuery {
  sql: string;
  /** Its ORDER BY leaves no two rows in a tie. */
  isOrdered: boolean;
}

type Writer = (draw: Draw) => string;

/** `t`, also through what only shows its columns: `[text before the query, FROM]`. */
const source = (draw: Draw): readonly [string, string] =>
  draw.pick<readonly [string, string]>([
    ...Array.from({ length: 8 }, () => ["", "t"] as const),
    ["", "(SELECT * FROM t) t"],
    ["", `(SELECT ${SHOWN} FROM t WHERE a > 0) t`],
    ["WITH c AS (SELECT * FROM t) ", "c t"],
    [`WITH c AS (SELECT ${SHOWN} FROM t WHERE a IS NOT NULL) `, "c AS t"],
    ["", "all_of_t t"],
    ["", "some_of_t AS t"],
    ["", "renamed_t t"],
  ]);

/** Rows that pass a condition in WHERE or ON, with a join beside it now and then. */
function filtered(draw: Draw, condition: (draw: Draw, alias: string) => string): string {
  const isJoined = draw.chance(0.3);
  const alias = isJoined ? "t." : draw.pick(["", "t."]);
  const more = draw.maybe(` AND ${plainCondition(draw, alias)}`, 0.3);
  const items = draw.pick([`${alias}id AS i`, `${alias}id AS i, ${alias}a AS k, ${alias}s AS w`]);
  const [before, from] = source(draw);
  const tested = `${condition(draw, alias)}${more}`;
  if (!isJoined) return `${before}SELECT ${items} FROM ${from} WHERE ${tested}`;
  const kind = draw.pick(["JOIN", "JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "SEMI JOIN"]);
  const isInOn = draw.chance(0.4);
  const joined = `${before}SELECT ${items} FROM ${from} ${kind} o ON t.a = o.a`;
  return isInOn ? `${joined} AND ${tested}` : `${joined} WHERE ${tested}`;
}

const SORTED = ["id", "s", "ts DESC", "a, s", "x", "id DESC", "d NULLS FIRST"];
const AGGREGATES = [
  ...["count(*)", "sum(a)", "sum(p)", "avg(a)", "max(s)", "min(ts)", "max(p)", "count(DISTINCT s)"],
  ...[
    "max(x)",
    "min(i)",
    "max(l)",
    "sum(h)",
    "sum(x)",
    "list(a)",
    "first(s)",
    "string_agg(s, ',')",
  ],
  ...[
    "arg_min(s, a)",
    "any_value(s)",
    "max(s COLLATE NOCASE)",
    "median(a)",
    "bool_or(f)",
    "mode(a)",
  ],
  ...["min(upper(s))", "max(a + 1)", "sum(a) FILTER (WHERE f)", "max(u)", "min(e)", "avg(x)"],
];

function sortedInside(draw: Draw): string {
  const items = draw.list(1, 2, () => draw.pick(AGGREGATES));
  const groups = draw.pick(["", "", "a", "s", "x", "i", "e", "s COLLATE NOCASE", "year(ts)"]);
  const shown = items.map((item, index) => `${item} AS m${index}`);
  const all = [...(groups === "" ? [] : [`${groups} AS g`]), ...shown].join(", ");
  const group = draw.maybe(` GROUP BY ${groups}`, groups === "" ? 0 : 1);
  const inner = `SELECT * FROM t ORDER BY ${draw.pick(SORTED)}${draw.maybe(" LIMIT 5", 0.1)}`;
  if (draw.chance(0.2)) return `WITH q AS (${inner}) SELECT ${all} FROM q${group}`;
  if (draw.chance(0.3)) return joinedSorted(draw, inner);
  return `SELECT ${all} FROM (${inner}) q${group}`;
}

function joinedSorted(draw: Draw, inner: string): string {
  const aggregate = draw.pick([
    "count(*)",
    "sum(q.a)",
    "max(q.s)",
    "sum(q.a * o.id)",
    "list(q.id)",
  ]);
  const on = draw.pick([
    `o JOIN (${inner}) q ON o.a = q.a`,
    `o LEFT JOIN (${inner}) q ON o.id = q.id`,
    `o ASOF JOIN (${inner}) q ON o.ts >= q.ts`,
    `o ASOF LEFT JOIN (${inner}) q ON o.a >= q.a`,
    `o POSITIONAL JOIN (${inner}) q`,
    `(${inner}) q CROSS JOIN o`,
  ]);
  return `SELECT ${aggregate} AS m FROM ${on}`;
}

const membership: Writer = (draw) => {
  const inner = draw.pick([
    `SELECT a FROM o ORDER BY ${draw.pick(["id", "ts", "s"])}`,
    "SELECT a FROM o WHERE a > 0 UNION SELECT id FROM o",
    "SELECT b FROM o ORDER BY 1 LIMIT 2",
  ]);
  const test = draw.pick([
    `id IN (${inner})`,
    `a NOT IN (${inner})`,
    "EXISTS (SELECT 1 FROM o WHERE o.a = t.a ORDER BY o.ts)",
    "EXISTS (SELECT 1 FROM o WHERE o.a = t.a UNION SELECT 2 FROM o WHERE o.id = t.id)",
  ]);
  return `SELECT t.id AS i, s AS w FROM t WHERE ${test}`;
};

const distinct: Writer = (draw) => {
  const items = draw.pick([
    ...["id", "id, s", "*", "t.id, t.x", "s", "id + 0 AS j", "id, unnest([1, 1]) AS v", "a, s"],
    ...["id, row_number() OVER (ORDER BY id) AS n", "id, sum(a) OVER (ORDER BY s) AS n", "x, i"],
    ...["id, s COLLATE NOCASE AS w", "id, row_number() OVER (ORDER BY s) AS n"],
  ]);
  const from = draw.pick(["t", "t", "t", "t JOIN o ON t.a = o.a", "(SELECT * FROM t) t"]);
  const where = draw.maybe(` WHERE ${plainCondition(draw, "t.")}`, 0.3);
  const end = draw.pick(["", "", "", " ORDER BY id", " LIMIT 3", " ORDER BY s LIMIT 2"]);
  const rows = `SELECT DISTINCT ${draw.maybe("t.id AS k, ", 0.2)}${items} FROM ${from}${where}`;
  return draw.pick([
    `${rows}${from === "t" ? end : ""}`,
    `SELECT count(*) AS n FROM (${rows}) q`,
    `SELECT list(k) AS l FROM (SELECT DISTINCT id AS k FROM t) q`,
    `SELECT count(DISTINCT id) AS n, sum(DISTINCT t.id) AS m FROM t${where}`,
    `SELECT s AS w, count(DISTINCT id) AS n FROM ${from === "t" ? from : "t"} GROUP BY s`,
    "SELECT DISTINCT c FROM n",
  ]);
};

/** An aggregate of `o` for each row of `t`. */
function correlatedValue(draw: Draw): string {
  const aggregate = draw.pick([
    ...["sum(o.a)", "count(*)", "count(o.s)", "max(o.ts)", "avg(o.p)", "min(o.s)", "sum(o.h)"],
    ...["sum(o.p * o.p)", "sum(o.a * o.a)", "count(DISTINCT o.a)", "list(o.a)", "max(o.x)"],
    ...["sum(o.a) FILTER (WHERE o.id > 2)", "max(CAST(o.s AS INTEGER))"],
  ]);
  const key = draw.pick([
    ...["o.a = t.a", "o.s = t.s", "t.b = o.b", "o.d = t.d", "o.x = t.x", "o.a = t.b"],
  ]);
  const more = draw.maybe(
    ` AND ${draw.pick(["o.id > 3", "o.a = t.id", "o.d >= DATE '2020-01-01'", "o.id < t.id"])}`,
    0.4,
  );
  const inner = draw.chance(0.1) ? "o JOIN z ON o.id = z.one" : "o";
  return `(SELECT ${aggregate} FROM ${inner} WHERE ${key}${more})`;
}

const correlated: Writer = (draw) => {
  const from = draw.pick([
    ...["t", "t", "t", "t, z", "t CROSS JOIN z", "t JOIN z ON t.a = z.one"],
    ...["t LEFT JOIN z ON t.id = z.one", "t JOIN z ON t.a = z.one, n"],
    ...["t FULL JOIN z ON t.a = z.one", "t JOIN z ON t.id < 4"],
  ]);
  const value = correlatedValue(draw);
  const shown = draw.pick([value, `1 + ${value}`, `coalesce(${value}, NULL)`]);
  const second = draw.chance(0.3) ? `, ${correlatedValue(draw)} AS v2` : "";
  const where = draw.maybe(" WHERE t.id > 2", 0.1);
  const end = draw.pick(["", "", "", " ORDER BY t.id", " LIMIT 4"]);
  return `SELECT t.id AS i, ${shown} AS v${second} FROM ${from}${where}${end}`;
};

const notIn: Writer = (draw) => {
  const sought = draw.pick(["t.id", "t.id", "t.a", "t.b", "t.s", "t.d"]);
  const member = draw.pick(["o.id", "o.id", "o.a", "o.b", "o.s", "o.d"]);
  const where = draw.pick(["o.a = t.a", "o.a < t.a", "o.s = t.s AND o.id > 2", "o.id <> t.id"]);
  const from = draw.pick([
    ...["t", "t", "t", "t JOIN z ON t.a = z.one", "z LEFT JOIN t ON t.a = z.one"],
  ]);
  return `SELECT t.id AS i, t.s AS w FROM ${from} WHERE ${sought} NOT IN (SELECT ${member} FROM o WHERE ${where})${draw.maybe(" AND t.a > 0", 0.2)}`;
};

const BOUNDS = [
  ...["1", "2", "3", "5", "0", "-1", "NULL", "2.5", "2.4e0", "9223372036854775807", "1e300"],
  ...["'3'", "170141183460469231731687303715884105727", "9007199254740993"],
];

const numbered: Writer = (draw) => {
  const order = draw.pick([
    "",
    "a, ",
    "s DESC, ",
    "ts NULLS FIRST, ",
    "x, ",
    "d DESC NULLS LAST, ",
  ]);
  const number = `row_number() OVER (ORDER BY ${order}id) AS n`;
  const bound = draw.pick(BOUNDS);
  const test = draw.pick([
    ...[`n <= ${bound}`, `n < ${bound}`, `n = ${bound}`, `n BETWEEN 1 AND ${bound}`],
    ...[`n > ${bound}`, `n <= ${bound} AND k > 0`, `n <= ${bound} OR k = 1`],
  ]);
  const where = draw.maybe(` WHERE ${plainCondition(draw, "")}`, 0.3);
  if (draw.chance(0.15)) {
    const rows = `SELECT *, ${number} FROM t${where}`;
    return `SELECT id, q.n, s FROM (${rows}) q WHERE q.${test.replaceAll("k ", "q.a ")}`;
  }
  if (draw.chance(0.15)) {
    const itself = test.replaceAll("n ", `${number.replace(" AS n", "")} `).replaceAll("k ", "a ");
    return `SELECT id AS i, a AS k FROM t${where} QUALIFY ${itself}`;
  }
  if (draw.chance(0.3)) return `SELECT id AS i, a AS k, ${number} FROM t${where} QUALIFY ${test}`;
  return `SELECT i, k, n FROM (SELECT id AS i, a AS k, ${number} FROM t${where}) q WHERE ${test}`;
};

/** What each rule is tried by, and how often. */
const WRITERS: readonly (readonly [RewriteRule, number, Writer])[] = [
  ["sargable_predicate", 8, (draw) => filtered(draw, computedCondition)],
  ["or_to_in", 2, (draw) => filtered(draw, alternatives)],
  ["drop_order_by", 4, (draw) => (draw.chance(0.7) ? sortedInside(draw) : membership(draw))],
  ["drop_distinct", 2, distinct],
  ["decorrelate_subquery", 2, correlated],
  ["not_in_to_anti_join", 2, notIn],
  ["top_n", 2, numbered],
];
const BY_WEIGHT = WRITERS.flatMap(([, weight, writer]) =>
  Array.from({ length: weight }, () => writer),
);

/** Rules that must be met in a run of some length. */
export const FUZZED_RULES: readonly RewriteRule[] = WRITERS.map(([rule]) => rule);

/** One query, in a query around it now and then that may show the order of its rows. */
export function randomQuery(draw: Draw, hasUniqueId: boolean): RandomQuery {
  const sql = draw.pick(BY_WEIGHT)(draw);
  // Which of two rows that tie is numbered first, nothing tells.
  if (!hasUniqueId && sql.includes("row_number()")) return randomQuery(draw, hasUniqueId);
  const isSingle = !/\b(JOIN|LIMIT)\b|, z|, n/.test(sql);
  const around = draw.below(14);
  if (around === 0) return { sql: `SELECT count(*) AS c FROM (${sql}) w`, isOrdered: true };
  if (around === 1) return { sql: `WITH w AS (${sql}) SELECT * FROM w`, isOrdered: false };
  if (around === 2 && isSingle && /SELECT t?\.?id AS i/.test(sql)) {
    return { sql: `SELECT list(i) AS l FROM (${sql}) w`, isOrdered: true };
  }
  if (around === 3 && /^SELECT (t\.)?id AS i/.test(sql) && !/ORDER BY|LIMIT|DISTINCT/.test(sql)) {
    return { sql: `${sql} ORDER BY ALL`, isOrdered: true };
  }
  return { sql, isOrdered: false };
}
