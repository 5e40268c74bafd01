import { type Ast, asNode, asNodes, asText, isClass } from "../ast";
import type { Engine } from "../engine";
import { type QuerySummary, SUMMARY_PLACEHOLDER } from "../shape";
import { type Rewriting, rewriteExpression } from "./rewrite-expression";
import {
  findColumn,
  NotSummarizable,
  readSubject,
  refuse,
  type Subject,
  SummaryParts,
  type TypedTable,
} from "./subject";

/**
 * What a summary table needs to answer a query exactly, and the query reading it; null when none
 * can: joins, subqueries, windows, aggregates that cannot be computed from parts (distinct counts,
 * medians), columns of unknown type. Column names, types and parameter numbers stay as they were;
 * sums of floating-point numbers may differ in their last bits.
 */
export async function summarizeQuery(
  engine: Engine,
  sql: string,
  tables: readonly TypedTable[],
): Promise<QuerySummary | null> {
  const root = sql.includes(SUMMARY_PLACEHOLDER) ? null : await engine.serialize(sql);
  if (root === null) return null;
  try {
    return await summarize(engine, root, tables);
  } catch (error) {
    if (error instanceof NotSummarizable) return null;
    throw error;
  }
}

async function summarize(engine: Engine, root: Ast, tables: readonly TypedTable[]) {
  const subject = readSubject(root, tables);
  const { select, table } = subject;
  assertGrouped(select, engine);
  const items = asNodes(select.select_list);
  const names = await Promise.all(items.map((item) => outputName(item, select, engine)));
  const parts = new SummaryParts(table);
  const to: Rewriting = {
    ...{ subject, parts, engine, aliases: new Map(), ambiguous: new Set() },
    inlined: { nodes: 0 },
  };
  rewriteSelect(to, items, names);
  if (parts.measures.length === 0) parts.measure("count", null);
  const printed = await engine.print(root);
  if (printed === null) return null;
  return { table: table.name, keys: parts.keys, measures: parts.measures, sql: printed };
}

/** One row for each combination: GROUP BY, an aggregate or DISTINCT. Plain reads need the rows. */
function assertGrouped(select: Ast, engine: Engine): void {
  const distinct = asNodes(select.modifiers).find((each) => each.type === "DISTINCT_MODIFIER");
  if (asNodes(distinct?.distinct_on_targets).length > 0)
    refuse("DISTINCT ON takes what comes first");
  const isAggregated = asNodes(select.select_list).some((item) => hasAggregate(item, engine));
  const isGrouped =
    (select.group_sets as unknown[]).length > 0 || select.aggregate_handling === "FORCE_AGGREGATES";
  if (!distinct && !isAggregated && !isGrouped && !select.having) refuse("reads plain rows");
}

function hasAggregate(node: Ast, engine: Engine): boolean {
  if (engine.aggregateNames.has(asText(node.function_name).toLowerCase())) return true;
  return Object.values(node).some((value) =>
    (Array.isArray(value) ? asNodes(value) : [asNode(value)]).some(
      (child) => child !== null && hasAggregate(child, engine),
    ),
  );
}

/** Rewrites the SELECT in place. */
function rewriteSelect(to: Rewriting, items: Ast[], names: (string | null)[]): void {
  const { select, from, alias } = to.subject;
  const rewritten = items.map((item, index) => {
    const result = rewriteExpression(item, to);
    const name = asText(item.alias);
    if (name !== "") to.aliases.set(name.toLowerCase(), { ...result, alias: "" });
    return { ...result, alias: names[index] ?? name };
  });
  const rewrite = (value: unknown, within: Rewriting): Ast | null => {
    const node = asNode(value);
    return node && rewriteExpression(node, within);
  };
  const outputs = { ...to, ambiguous: hiddenColumns(to.subject, items) };
  Object.assign(select, {
    select_list: rewritten,
    where_clause: rewrite(select.where_clause, to),
    group_expressions: asNodes(select.group_expressions).map((each) => rewrite(each, to)),
    having: rewrite(select.having, outputs),
    modifiers: asNodes(select.modifiers).map((each) => rewriteModifier(each, outputs)),
  });
  Object.assign(from, { schema_name: "", table_name: SUMMARY_PLACEHOLDER, alias });
}

/** Columns that an alias hides (`sum(amount) AS amount`); an alias of the column itself does not. */
function hiddenColumns(subject: Subject, items: Ast[]): Set<string> {
  const hiding = items.filter((item) => {
    const column = findColumn(subject, [asText(item.alias)]);
    return column !== undefined && findColumn(subject, columnPath(item)) !== column;
  });
  return new Set(hiding.map((item) => asText(item.alias).toLowerCase()));
}

function columnPath(node: Ast): string[] {
  return isClass(node, "COLUMN_REF") ? (node.column_names as unknown[]).map(asText) : [];
}

/** ORDER BY, LIMIT and DISTINCT over outputs. ORDER BY a bare name takes the alias first. */
function rewriteModifier(modifier: Ast, to: Rewriting): Ast {
  if (modifier.type !== "ORDER_MODIFIER") return modifier;
  const orders = asNodes(modifier.orders).map((order) => {
    const node = asNode(order.expression) ?? refuse("broken ORDER BY");
    const path = columnPath(node);
    const isAlias = path.length === 1 && to.aliases.has((path[0] ?? "").toLowerCase());
    if (isAlias || isClass(node, "STAR")) return order;
    return { ...order, expression: rewriteExpression(node, to) };
  });
  return { ...modifier, orders };
}

/**
 * The name DuckDB gives an unnamed item of a select list: its text, in which a type that is a
 * keyword stands in quotes and the parts of a type apart (checked on 1.5.6). null: named already.
 */
async function outputName(item: Ast, select: Ast, engine: Engine): Promise<string | null> {
  if (asText(item.alias) !== "" || isClass(item, "COLUMN_REF")) return null;
  const node = {
    ...select,
    modifiers: [],
    select_list: [item],
    from_table: { type: "EMPTY", alias: "", sample: null },
    where_clause: null,
    group_expressions: [],
    group_sets: [],
    aggregate_handling: "STANDARD_HANDLING",
    having: null,
  };
  const text = await engine.print({ error: false, statements: [{ node, named_param_map: [] }] });
  if (text === null) return refuse("an item that cannot be printed");
  return text
    .replace(/^SELECT /, "")
    .replace(/ AS (DATE|DOUBLE|FLOAT|TIME)\)/g, ' AS "$1")')
    .replace(/ AS DECIMAL\((\d+),(\d+)\)\)/g, " AS DECIMAL($1, $2))");
}
