import { type Ast, asNode, asNodes, asText, descend, hasColumn, isClass, isValue } from "./ast";
import { isPrefixPattern, LIKE_FUNCTIONS, typedLiteral } from "./literal";
import type { ParameterSource } from "./shape";
import { isShapeArgument } from "./shape-arguments";

/**
 * Where an expression stands. `shape`: literals belong to the query's shape and stay (select list,
 * GROUP BY and ORDER BY ordinals, LIMIT; a function of a column must read alike in SELECT and GROUP BY).
 * `condition`: literals are values, in functions too. `having`: as condition, but expressions over
 * columns stay, since they may repeat a grouping expression. `shown` and `sorted`, of a query that shows
 * its rows: as shape, but inside functions of columns literals are values, `jaro_similarity(name, 'ann')`
 * being one search for every name; what rows are sorted by is such a value too where it is written by
 * operators alone, as a distance.
 */
type Place = "shape" | "condition" | "having" | "shown" | "sorted";

const keepsLiterals = (place: Place): boolean => place !== "condition" && place !== "having";

/** `map['key']`, `list[2]`, `struct.field`: the key says what is read. */
const KEYED_OPERATORS = new Set(["ARRAY_EXTRACT", "ARRAY_SLICE", "STRUCT_EXTRACT"]);

// Text order, so that $1..$n appear from left to right; the tree lists modifiers first.
const SELECT_PARTS: [string, Place][] = [
  ["cte_map", "shape"],
  ["select_list", "shape"],
  ["from_table", "shape"],
  ["where_clause", "condition"],
  ["group_expressions", "shape"],
  ["having", "having"],
  ["qualify", "having"],
  ["modifiers", "shape"],
];

/** Rewrites a serialized statement in place; answers where each `$i` comes from. */
export function parameterize(root: Ast, aggregates: ReadonlySet<string>): ParameterSource[] {
  const statement = asNodes(root.statements)[0];
  const numbering = new Numbering();
  if (statement) {
    const node = asNode(statement.node);
    if (node && showsRows(node, aggregates)) visitShown(node, numbering);
    else visit(node, "shape", numbering);
    statement.named_param_map = numbering.sources.map((_, index) => ({
      key: String(index + 1),
      value: index + 1,
    }));
  }
  return numbering.sources;
}

/**
 * Neither groups nor looks for duplicates: no part has to repeat what another computes of a row. No query
 * is around it that could name a column by its text.
 */
function showsRows(node: Ast, aggregates: ReadonlySet<string>): boolean {
  const isGrouped =
    asNodes(node.group_expressions).length > 0 || node.aggregate_handling === "FORCE_AGGREGATES";
  const isDistinct = asNodes(node.modifiers).some(({ type }) => type === "DISTINCT_MODIFIER");
  if (node.type !== "SELECT_NODE" || isGrouped || isDistinct || node.having) return false;
  return [...descend([node.select_list, node.modifiers])].every(
    (each) => !aggregates.has(asText(each.function_name).toLowerCase()),
  );
}

function visitShown(select: Ast, numbering: Numbering): void {
  const sorted = sortedItems(select);
  for (const [part, place] of SELECT_PARTS) {
    if (part === "modifiers") visit(select[part], "sorted", numbering);
    else if (part !== "select_list") visit(select[part], place, numbering);
    else {
      for (const item of asNodes(select[part])) {
        visit(item, sorted.has(item) ? "sorted" : "shown", numbering);
      }
    }
  }
}

/** Items of the select list that ORDER BY names, by place or alias. */
function sortedItems(select: Ast): ReadonlySet<Ast | undefined> {
  const items = asNodes(select.select_list);
  const orders = asNodes(select.modifiers).flatMap(({ orders }) => asNodes(orders));
  const named = orders.map((order) => {
    const expression = asNode(order.expression);
    if (isClass(expression, "CONSTANT")) {
      return items[Number(asNode(expression.value)?.value) - 1];
    }
    const path = Array.isArray(expression?.column_names) ? expression.column_names : [];
    const name = path.length === 1 ? asText(path[0]).toLowerCase() : "";
    return items.find((item) => name !== "" && asText(item.alias).toLowerCase() === name);
  });
  return new Set(named);
}

class Numbering {
  readonly sources: ParameterSource[] = [];
  readonly #numbers = new Map<string, number>();

  addLiteral(value: string | number | boolean | null): number {
    return this.sources.push({ from: "literal", value });
  }

  /**
   * The same parameter keeps one number wherever it occurs (SELECT and GROUP BY must match). DuckDB
   * takes names of parameters in any case.
   */
  addParameter(identifier: string): number {
    const key = identifier.toLowerCase();
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const isNumber = /^\d+$/.test(key);
    const number = this.sources.push(
      isNumber ? { from: "parameter", index: Number(key) } : { from: "name", name: identifier },
    );
    this.#numbers.set(key, number);
    return number;
  }
}

function visit(value: unknown, place: Place, numbering: Numbering): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, place, numbering);
    return;
  }
  const node = asNode(value);
  if (node === null) return;
  if (node.type === "SELECT_NODE") {
    for (const [part, inside] of SELECT_PARTS) visit(node[part], inside, numbering);
    return;
  }
  if (node.type === "JOIN" && "condition" in node) {
    visit(node.left, "shape", numbering);
    visit(node.right, "shape", numbering);
    visit(node.condition, "condition", numbering);
    return;
  }
  if (node.type === "EXPRESSION_LIST") {
    visit(node.values, "condition", numbering);
    return;
  }
  if (node.type === "LIMIT_MODIFIER" || node.type === "LIMIT_PERCENT_MODIFIER") {
    visit(node.limit, "shape", numbering);
    // Each page is the same question.
    visit(node.offset, "condition", numbering);
    return;
  }
  visitExpression(node, place, numbering);
}

function visitExpression(node: Ast, place: Place, numbering: Numbering): void {
  if (isClass(node, "CONSTANT")) {
    if (keepsLiterals(place)) keepDouble(node);
    else replaceLiteral(node, numbering);
    return;
  }
  if (isClass(node, "CAST") && keepsLiterals(place) && isClass(asNode(node.child), "CONSTANT")) {
    return;
  }
  if (isClass(node, "PARAMETER")) {
    node.identifier = String(numbering.addParameter(asText(node.identifier)));
    return;
  }
  if (isClass(node, "FUNCTION")) {
    visitFunction(node, place, numbering);
    return;
  }
  if (isClass(node, "OPERATOR") && KEYED_OPERATORS.has(asText(node.type))) {
    const [keyed, ...keys] = asNodes(node.children);
    visit(keyed, place, numbering);
    visit(keys, "shape", numbering);
    return;
  }
  const isList = node.type === "COMPARE_IN" || node.type === "COMPARE_NOT_IN";
  if (isList && !keepsLiterals(place)) {
    visitList(node, place, numbering);
    return;
  }
  const isCompared = isClass(node, "COMPARISON") || isClass(node, "BETWEEN");
  if (isCompared && !keepsLiterals(place)) {
    const operands = isClass(node, "COMPARISON") ? ["left", "right"] : ["input", "lower", "upper"];
    for (const key of operands) visit(node[key], place, numbering);
    return;
  }
  const inside = placeInside(node, place);
  for (const child of Object.values(node)) visit(child, inside, numbering);
}

function placeInside(node: Ast, place: Place): Place {
  // What COLUMNS(…) chooses by, and how rows are numbered, is the question itself.
  if (isClass(node, "STAR") || isClass(node, "WINDOW")) return "shape";
  const keeps = place === "having" && !isClass(node, "CONJUNCTION") && !isClass(node, "SUBQUERY");
  return keeps && hasColumn(node) ? "shape" : place;
}

function visitFunction(node: Ast, around: Place, numbering: Numbering): void {
  const children = asNodes(node.children);
  const [left, right] = children;
  const place = placeOfArguments(node, around);
  if (place === "condition" && LIKE_FUNCTIONS.has(asText(node.function_name)) && right) {
    visit(left, place, numbering);
    visitLikePattern(node, right, numbering);
    return;
  }
  for (const [position, child] of children.entries()) {
    visit(child, isShapeArgument(node, position) ? "shape" : place, numbering);
  }
  if (place === "condition" && isMembership(node)) padLists(children, numbering);
  for (const key of ["filter", "order_bys"]) visit(node[key], "shape", numbering);
}

function placeOfArguments(node: Ast, place: Place): Place {
  if (place === "condition" || !hasColumn(node)) return place;
  const isOperator = /^\W+$/.test(asText(node.function_name));
  if (place === "sorted") return "condition";
  if (place === "shown") return isOperator ? "shown" : "condition";
  return "shape";
}

/** `LIKE 'abc%'` becomes `LIKE $1 || '%'`: that it is a prefix search is part of the shape. */
function visitLikePattern(like: Ast, pattern: Ast, numbering: Numbering): void {
  if (isPrefixPattern(pattern)) {
    visit(asNodes(pattern.children)[0], "condition", numbering);
    return;
  }
  const value = isClass(pattern, "CONSTANT") ? typedLiteral(pattern)?.value : undefined;
  if (typeof value !== "string" || !/^[^%_\\]+%$/.test(value)) {
    visit(pattern, "condition", numbering);
    return;
  }
  const head = structuredClone(pattern);
  setParameter(head, numbering.addLiteral(value.slice(0, -1)));
  const tail = structuredClone(pattern);
  Object.assign(asNode(tail.value) ?? {}, { value: "%" });
  const concat = { ...structuredClone(like), function_name: "||", children: [head, tail] };
  like.children = [asNodes(like.children)[0], concat];
}

/**
 * Pads a list of values to the next power of two by repeating its last value: `IN (1,2,3)` asks the
 * same as `IN (1,2,3,3)`, so one shape serves every length of 3 or 4 and still replays exactly.
 */
function visitList(node: Ast, place: Place, numbering: Numbering): void {
  const [tested, ...values] = asNodes(node.children);
  visit(tested, place, numbering);
  visit(values, place, numbering);
  node.children = [tested, ...values, ...paddingOf(values, numbering)];
}

function paddingOf(values: Ast[], numbering: Numbering): Ast[] {
  const last = values.at(-1);
  if (!last || !values.every(isValue)) return [];
  const sizeMax = 2 ** Math.ceil(Math.log2(values.length));
  const padding = Array.from({ length: sizeMax - values.length }, () => structuredClone(last));
  for (const value of padding) repeatParameter(value, numbering);
  return padding;
}

/** Ask whether lists share values, however often one is in them. */
const isMembership = (node: Ast): boolean =>
  /^((list_|array_)?contains|(list|array)_has(_any|_all)?|&&|@>|<@)$/i.test(
    asText(node.function_name),
  );

/** `list_has_any(tags, ['a', 'b', 'c'])`, as an IN list. */
function padLists(lists: Ast[], numbering: Numbering): void {
  for (const list of lists) {
    if (!isClass(list, "FUNCTION") || !/^(list_value|list_pack)$/i.test(asText(list.function_name)))
      continue;
    const values = asNodes(list.children);
    list.children = [...values, ...paddingOf(values, numbering)];
  }
}

/** Gives a copied parameter its own number, with the source of the one it was copied from. */
function repeatParameter(node: Ast, numbering: Numbering): void {
  if (isClass(node, "CAST")) {
    const child = asNode(node.child);
    if (child) repeatParameter(child, numbering);
    return;
  }
  if (!isClass(node, "PARAMETER")) return;
  const source = numbering.sources[Number(node.identifier) - 1];
  if (source) setParameter(node, numbering.sources.push(source));
}

function replaceLiteral(node: Ast, numbering: Numbering): void {
  const literal = typedLiteral(node);
  if (literal === undefined) return;
  const number = numbering.addLiteral(literal.value);
  if (literal.castType !== null) wrapInCast(node, literal.castType);
  setParameter(literal.castType === null ? node : (asNode(node.child) ?? node), number);
}

/** Puts a cast around a literal in its place, where its alias stays. */
function wrapInCast(node: Ast, castType: Ast): void {
  const child = { ...structuredClone(node), alias: "" };
  delete node.value;
  Object.assign(node, {
    class: "CAST",
    type: "OPERATOR_CAST",
    child,
    cast_type: castType,
    try_cast: false,
  });
}

/** DuckDB prints the DOUBLE 1e3 as 1000.0, which it reads as a DECIMAL: a cast keeps the type. */
function keepDouble(node: Ast): void {
  if (asNode(asNode(node.value)?.type)?.id !== "DOUBLE") return;
  wrapInCast(node, { id: "DOUBLE", type_info: null });
}

function setParameter(node: Ast, number: number): void {
  delete node.value;
  Object.assign(node, {
    class: "PARAMETER",
    type: "VALUE_PARAMETER",
    identifier: String(number),
  });
}
