import type { DuckDBConnection } from "@duckdb/node-api";
import { z } from "zod";
import { AppError } from "@/server/platform";
import { assertSingleStatement, HIDDEN_PREFIX } from "../engine/statement";
import { isPureFunction, STATE_NAMES, TABLE_FUNCTIONS } from "./allowed-functions";
import { type KnownNames, readKnownNames } from "./known-names";
import { ANSWER_BYTES_MAX } from "./read-answer";
import { assertBoundedText, isNode, type Node } from "./text-size";

const Serialized = z.looseObject({ error: z.boolean(), error_message: z.string().optional() });

/**
 * Refuses what is not one SELECT of the product's tables and views by functions that only compute, judged
 * on DuckDB's own parse tree (the text is never searched). What is not known to be harmless is refused:
 * AppError invalid_input says what it was.
 */
export async function assertReadOnlyQuery(
  connection: DuckDBConnection,
  sql: string,
): Promise<void> {
  await assertSingleStatement(connection, sql);
  const reader = await connection.runAndReadAll("SELECT json_serialize_sql($1::VARCHAR)", [sql]);
  const tree = Serialized.parse(JSON.parse(String(reader.getRowsJson()[0]?.[0])));
  if (tree.error) {
    throw new AppError("invalid_input", tree.error_message ?? "Only SELECT can be sent here.");
  }
  visit(tree, { names: await readKnownNames(connection), ctes: new Set() });
}

interface Scope {
  names: KnownNames;
  /** Queries named by WITH around the node, in lower case. */
  ctes: ReadonlySet<string>;
}

function visit(value: unknown, scope: Scope): void {
  if (Array.isArray(value)) for (const item of value) visit(item, scope);
  if (!isNode(value)) return;
  const inner = withCtes(value, scope);
  assertAllowed(value, inner);
  for (const child of Object.values(value)) visit(child, inner);
}

/** Names in DuckDB's tree that stand for a query, not a table. */
function withCtes(node: Node, scope: Scope): Scope {
  const map = isNode(node.cte_map) ? node.cte_map.map : undefined;
  const entries = Array.isArray(map) ? map.filter(isNode).map(({ key }) => key) : [];
  const named = [...entries, node.cte_name, node.ctename].filter(
    (name) => typeof name === "string",
  );
  if (named.length === 0) return scope;
  for (const name of named) assertCteName(name, scope);
  return { ...scope, ctes: new Set([...scope.ctes, ...named.map((name) => name.toLowerCase())]) };
}

/** Where a query names itself, DuckDB may take a table of that name: such a name must be nobody's. */
function assertCteName(name: string, { names }: Scope): void {
  const lower = name.toLowerCase();
  const isTaken = names.builtIns.relations.has(lower) || lower.startsWith(HIDDEN_PREFIX);
  if (isTaken || /[./\\:*?]/.test(name)) throw refused(name);
}

/** What may stand where rows come from. */
const SOURCES = new Set([
  ...["EMPTY", "BASE_TABLE", "SUBQUERY", "JOIN", "TABLE_FUNCTION", "EXPRESSION_LIST", "PIVOT"],
  ...["SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"],
]);
const SOURCE_KEYS = ["node", "from_table", "left", "right", "source", "child"] as const;

function assertAllowed(node: Node, scope: Scope): void {
  for (const key of SOURCE_KEYS) {
    const source = node[key];
    // An expression has a class beside its type.
    if (!isNode(source) || source.class !== undefined || typeof source.type !== "string") continue;
    if (!SOURCES.has(source.type)) throw refused(source.type);
  }
  if (node.type === "BASE_TABLE") assertTable(node, scope);
  if (node.type === "TABLE_FUNCTION") {
    const rows = isNode(node.function) ? String(node.function.function_name) : "";
    if (!TABLE_FUNCTIONS.has(rows.toLowerCase())) throw refused(`${rows}()`);
  }
  const called = node.function_name;
  const isKnown = (name: string) => isPureFunction(name) || TABLE_FUNCTIONS.has(name.toLowerCase());
  if (typeof called === "string" && !isKnown(called)) throw refused(`${called}()`);
  if (node.class === "COLUMN_REF") assertColumn(node, scope);
  if (node.class === "FUNCTION") assertBoundedText(node, ANSWER_BYTES_MAX);
}

function assertTable(node: Node, { names, ctes }: Scope): void {
  const name = String(node.table_name).toLowerCase();
  const [catalog, schema] = [String(node.catalog_name ?? ""), String(node.schema_name ?? "")];
  if (catalog === "" && schema === "" && ctes.has(name)) return;
  const isHere = catalog === "" && ["", "main"].includes(schema.toLowerCase());
  if (isHere && names.relations.has(name)) return;
  const path = [catalog, schema, String(node.table_name)].filter(Boolean).join(".");
  throw refused(path, "It is not a table or view of this product.");
}

/** `current_user` and the like are parsed as columns; where the product has no such column, they are not. */
function assertColumn(node: Node, { names }: Scope): void {
  const path = Array.isArray(node.column_names) ? node.column_names.map(String) : [];
  const name = path[0]?.toLowerCase() ?? "";
  if (path.length === 1 && STATE_NAMES.has(name) && !names.columns.has(name)) throw refused(name);
}

function refused(what: string, why = ""): AppError {
  const text = `${what} cannot be read through the connector. ${why}`;
  return new AppError("invalid_input", text.trim());
}
