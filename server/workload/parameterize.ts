import { type Ast, asNode, asNodes, asText, hasColumn, isClass, isValue } from "./ast";
import { isPrefixPattern, LIKE_FUNCTIONS, literalValue, PREFIX_FUNCTIONS } from "./literal";
import type { ParameterSource } from "./shape";

/**
 * Where an expression stands. `shape`: literals belong to the query's shape and stay (select list,
 * GROUP BY and ORDER BY ordinals, LIMIT, arguments of a function of a column such as
 * date_trunc('month', d), which must read alike in SELECT and GROUP BY). `condition`: literals are
 * values. `having`: as condition, but expressions over columns stay, since they may repeat a
 * grouping expression.
 */
type Place = "shape" | "condition" | "having";

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
export function parameterize(root: Ast): ParameterSource[] {
  const statement = asNodes(root.statements)[0];
  const numbering = new Numbering();
  if (statement) {
    visit(statement.node, "shape", numbering);
    statement.named_param_map = numbering.sources.map((_, index) => ({
      key: String(index + 1),
      value: index + 1,
    }));
  }
  return numbering.sources;
}

class Numbering {
  readonly sources: ParameterSource[] = [];
  readonly #numbers = new Map<number, number>();

  addLiteral(value: string | number | boolean | null): number {
    return this.sources.push({ from: "literal", value });
  }

  /** The same parameter keeps one number wherever it stands (SELECT and GROUP BY must match). */
  addParameter(index: number, isOwn: boolean): number {
    const known = this.#numbers.get(index);
    if (known !== undefined && !isOwn) return known;
    const number = this.sources.push({ from: "parameter", index });
    if (known === undefined) this.#numbers.set(index, number);
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
  visitExpression(node, place, numbering);
}

function visitExpression(node: Ast, place: Place, numbering: Numbering): void {
  if (isClass(node, "CONSTANT")) {
    if (place === "shape") keepDouble(node);
    else replaceLiteral(node, false, numbering);
    return;
  }
  if (isClass(node, "CAST") && place === "shape" && isClass(asNode(node.child), "CONSTANT")) return;
  if (isClass(node, "PARAMETER")) {
    renumber(node, false, numbering);
    return;
  }
  if (isClass(node, "FUNCTION")) {
    visitFunction(node, place, numbering);
    return;
  }
  const isList = node.type === "COMPARE_IN" || node.type === "COMPARE_NOT_IN";
  if (isList && place !== "shape") {
    visitList(node, place, numbering);
    return;
  }
  const operands = isClass(node, "COMPARISON") ? ["left", "right"] : ["input", "lower", "upper"];
  if (place !== "shape" && (isClass(node, "COMPARISON") || isClass(node, "BETWEEN"))) {
    const isBesideColumn = operands.some((key) => isClass(asNode(node[key]), "COLUMN_REF"));
    for (const key of operands) visitOperand(node[key], isBesideColumn, place, numbering);
    return;
  }
  const keeps = place === "having" && !isClass(node, "CONJUNCTION") && !isClass(node, "SUBQUERY");
  const inside = keeps && hasColumn(node) ? "shape" : place;
  for (const child of Object.values(node)) visit(child, inside, numbering);
}

function visitOperand(
  value: unknown,
  isBesideColumn: boolean,
  place: Place,
  numbering: Numbering,
): void {
  const node = asNode(value);
  if (isClass(node, "CONSTANT")) replaceLiteral(node, isBesideColumn, numbering);
  else visit(value, place, numbering);
}

function visitFunction(node: Ast, place: Place, numbering: Numbering): void {
  const [left, right] = asNodes(node.children);
  if (place === "condition" && LIKE_FUNCTIONS.has(asText(node.function_name)) && right) {
    visit(left, place, numbering);
    visitLikePattern(node, right, numbering);
    return;
  }
  const isSearch = node.is_operator === true || PREFIX_FUNCTIONS.has(asText(node.function_name));
  const inside = (isSearch && place === "condition") || !hasColumn(node) ? place : "shape";
  visit(node.children, inside, numbering);
  for (const key of ["filter", "order_bys"]) visit(node[key], "shape", numbering);
}

/** `LIKE 'abc%'` becomes `LIKE $1 || '%'`: that it is a prefix search is part of the shape. */
function visitLikePattern(like: Ast, pattern: Ast, numbering: Numbering): void {
  if (isPrefixPattern(pattern)) {
    visit(asNodes(pattern.children)[0], "condition", numbering);
    return;
  }
  const value = isClass(pattern, "CONSTANT") ? literalValue(pattern, true) : undefined;
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
  const last = values.at(-1);
  const isBesideColumn = isClass(tested ?? null, "COLUMN_REF");
  visit(tested, place, numbering);
  for (const value of values) visitOperand(value, isBesideColumn, place, numbering);
  if (!last || !values.every(isValue)) return;
  const sizeMax = 2 ** Math.ceil(Math.log2(values.length));
  const padding = Array.from({ length: sizeMax - values.length }, () => structuredClone(last));
  for (const value of padding) repeatParameter(value, numbering);
  node.children = [tested, ...values, ...padding];
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

function replaceLiteral(node: Ast, isBesideColumn: boolean, numbering: Numbering): void {
  const value = literalValue(node, isBesideColumn);
  if (value !== undefined) setParameter(node, numbering.addLiteral(value));
}

/** DuckDB prints the DOUBLE 1e3 as 1000.0, which it reads as a DECIMAL: a cast keeps the type. */
function keepDouble(node: Ast): void {
  if (asNode(asNode(node.value)?.type)?.id !== "DOUBLE") return;
  const child = { ...structuredClone(node), alias: "" };
  delete node.value;
  Object.assign(node, {
    class: "CAST",
    type: "OPERATOR_CAST",
    child,
    cast_type: { id: "DOUBLE", type_info: null },
    try_cast: false,
  });
}

function renumber(node: Ast, isOwn: boolean, numbering: Numbering): void {
  node.identifier = String(numbering.addParameter(Number(node.identifier), isOwn));
}

function setParameter(node: Ast, number: number): void {
  delete node.value;
  Object.assign(node, {
    class: "PARAMETER",
    type: "VALUE_PARAMETER",
    identifier: String(number),
  });
}
