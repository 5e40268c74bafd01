import { type Ast, asNode, asNodes, asText, descend, isClass } from "../ast";
import { isKeyType, isSumType } from "../column-types";
import { columnPath } from "../features/read-context";
import { isForeign, isNamedCte, type RewriteContext, selects } from "./query-parts";
import { ORDER_BLIND } from "./row-order";

type Table = RewriteContext["tables"][number];

/** Functions of plain values whose results are plain again: no floating point, no interval. */
const PLAIN_FUNCTIONS: ReadonlySet<string> = new Set(
  "+ - * % || year quarter month week day hour minute dayofweek isodow date_trunc date_part datepart datetrunc strftime lower upper substr substring left right trim coalesce ifnull nullif length abs".split(
    " ",
  ),
);
/** Aggregates that answer one of the values they read. */
const PICKING: ReadonlySet<string> = new Set(["min", "max", "median", "quantile_disc"]);
const NESTED_DEPTH_MAX = 20;

/**
 * Of equal values that differ (0.0 and -0.0, '30 days' and '1 month', nested ones) GROUP BY, min and
 * max keep the one they meet first. The test of a query answers true when no value that an expression
 * groups by or picks can be such a one, whichever column or alias of the query a name stands for.
 */
export function plainValueTest(query: Ast, context: RewriteContext): (value: unknown) => boolean {
  const reader = new PlainReader(query, context);
  return (value) => reader.isPlain(value, 0);
}

class PlainReader {
  readonly #columns = new Map<string, (string | undefined)[]>();
  readonly #aliased = new Map<string, Ast[]>();
  /** Answers by name and depth: aliases that name each other would be followed along every path. */
  readonly #isPlainNamed = new Map<string, boolean>();
  readonly #isOpen: boolean;
  readonly #aggregates: ReadonlySet<string>;

  constructor(query: Ast, context: RewriteContext) {
    const tables = tablesOf(query, context);
    this.#isOpen = tables === null;
    this.#aggregates = context.aggregates;
    for (const { name, type } of (tables ?? []).flatMap((table) => table.columns)) {
      push(this.#columns, name.toLowerCase(), type);
    }
    for (const select of selects(query)) {
      for (const item of asNodes(select.select_list)) {
        const alias = asText(item.alias).toLowerCase();
        if (alias !== "") push(this.#aliased, alias, { ...item, alias: "" });
      }
    }
  }

  isPlain(value: unknown, depth: number): boolean {
    if (depth > NESTED_DEPTH_MAX || this.#isOpen) return false;
    if (Array.isArray(value)) return value.every((each) => this.isPlain(each, depth));
    const node = asNode(value);
    if (node === null) return true;
    if (isClass(node, "COLUMN_REF")) return this.#isPlainName(columnPath(node), depth);
    if (isClass(node, "CONSTANT") || isClass(node, "PARAMETER")) return true;
    if (isClass(node, "FUNCTION")) return this.#isPlainCall(node, depth);
    if (isClass(node, "CAST")) {
      return isKeyType(asText(asNode(node.cast_type)?.id)) && this.isPlain(node.child, depth + 1);
    }
    if (isClass(node, "COMPARISON") || isClass(node, "BETWEEN") || isClass(node, "CONJUNCTION")) {
      return true;
    }
    if (!isClass(node, "CASE") && !isClass(node, "OPERATOR")) return false;
    const checks = asNodes(node.case_checks).map((each) => each.then_expr);
    return this.isPlain([node.children, checks, node.else_expr].flat(), depth + 1);
  }

  #isPlainCall(node: Ast, depth: number): boolean {
    const name = asText(node.function_name).toLowerCase();
    const isSettled = this.#aggregates.has(name) && ORDER_BLIND.has(name) && !PICKING.has(name);
    if (isSettled) return true;
    const isKnown = PICKING.has(name) || PLAIN_FUNCTIONS.has(name);
    return isKnown && this.isPlain(node.children, depth + 1);
  }

  #isPlainName(path: string[], depth: number): boolean {
    const name = path.at(-1)?.toLowerCase() ?? "";
    const key = `${depth} ${name}`;
    const known = this.#isPlainNamed.get(key) ?? this.#readName(name, depth);
    this.#isPlainNamed.set(key, known);
    return known;
  }

  #readName(name: string, depth: number): boolean {
    const types = this.#columns.get(name) ?? [];
    const aliased = this.#aliased.get(name) ?? [];
    if (types.length + aliased.length === 0) return false;
    // An alias that only repeats a name (`SELECT t.a AS a`) says nothing new of it.
    const said = aliased.filter(
      (item) => !(isClass(item, "COLUMN_REF") && columnPath(item).at(-1)?.toLowerCase() === name),
    );
    return types.every(isKeyType) && said.every((item) => this.isPlain(item, depth + 1));
  }
}

function push<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** All tables the query reads; null where it reads what is unknown, or renames columns. */
function tablesOf(query: Ast, context: RewriteContext): Table[] | null {
  const tables = new Set<Table>();
  for (const node of descend(query)) {
    if (Array.isArray(node.column_name_alias) && node.column_name_alias.length > 0) return null;
    if (node.type === "TABLE_FUNCTION" || node.type === "PIVOT") return null;
    if (node.type !== "BASE_TABLE" || isNamedCte(node, context)) continue;
    if (isForeign(node)) return null;
    const name = asText(node.table_name).toLowerCase();
    const table = context.tables.find((each) => each.name.toLowerCase() === name);
    if (!table) return null;
    tables.add(table);
  }
  return [...tables];
}

const SUMMED = new Set(
  "sum avg stddev stddev_samp stddev_pop variance var_samp var_pop".split(" "),
);
const NUMBER = /^(U?HUGEINT|DECIMAL\(.*\))$/;

/**
 * The test of a query: do functions of these names sum numbers so large that some part of them may
 * overflow, which an order or a choice of rows decides? HUGEINT, and the widest decimals.
 */
export function overflowTest(
  query: Ast,
  context: RewriteContext,
): (names: readonly string[]) => boolean {
  const tables = tablesOf(query, context) ?? context.tables;
  const isWide = (type = ""): boolean => NUMBER.test(type) && !isSumType(type);
  const hasWide = tables.some(({ columns }) => columns.some(({ type }) => isWide(type)));
  return (names) => hasWide && names.some((name) => SUMMED.has(name));
}
