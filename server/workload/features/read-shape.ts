import { type Ast, asNode, asNodes, descend, isClass } from "../ast";
import { conflictColumns, writeTarget } from "../fold-text";
import type { ColumnRef, NormalizedQuery, QueryShape } from "../shape";
import { assignedParameters } from "../writes/assigned-parameters";
import { FeatureSink } from "./read-context";
import { readQuery } from "./read-query";
import { foreignName, isForeignTable, type KnownTable } from "./scope";

interface ReadShapeInput {
  query: NormalizedQuery;
  /** Tree of the normalized text, of a write: of what it reads; null when DuckDB's parser cannot serialize it. */
  root: Ast | null;
  /** The text as it was handed in, for statements that are only folded. */
  text: string;
  tables: readonly KnownTable[];
  schema: string | undefined;
  aggregates: ReadonlySet<string>;
}

/**
 * Features of one query. Of writes: the table first, the assigned columns as `projected`, and the
 * tables, filters and joins of what they read.
 */
export function readShape(input: ReadShapeInput): QueryShape {
  const { query, root, tables, schema, aggregates } = input;
  const sink = new FeatureSink();
  const tree = asNode(asNodes(root?.statements)[0]?.node);
  const node = query.isParsed ? tree : null;
  let target: string | null = null;
  if (node) {
    readQuery(node, null, { sink, tables, schema, aggregates, scopes: new WeakMap() });
    sink.limit = limitOf(node);
  } else {
    target = readWrite(input, sink);
    if (tree) readSources(tree, input, sink);
  }
  const topBy = node && topColumn(node, sink);
  const offsetParameter = node && offsetOf(node);
  const conflictKey = query.kind === "insert" ? conflictColumns(input.text) : null;
  const { fingerprint, sql, kind, isParsed, parameters } = query;
  return {
    fingerprint,
    sql,
    kind,
    isParsed,
    parameterCount: parameters.length,
    ...(target === null ? {} : { target, assignments: readAssignments(input, target) }),
    ...sink.features(),
    ...(topBy ? { topBy } : {}),
    ...(sink.topTables.size > 0 ? { topTables: [...sink.topTables] } : {}),
    ...(offsetParameter ? { offsetParameter } : {}),
    ...(conflictKey ? { conflictKey } : {}),
  };
}

function topColumn(node: Ast, sink: FeatureSink): ColumnRef | undefined {
  const makesOther = ({ type }: Ast): boolean => type === "DISTINCT_MODIFIER" || type === "PIVOT";
  return [...descend(node)].some(makesOther) ? undefined : sink.orderedFirstBy.get(node);
}

function limitOf(node: Ast): number | null {
  for (const modifier of asNodes(node.modifiers)) {
    const limit = asNode(asNode(asNode(modifier.limit)?.value))?.value;
    if (modifier.type === "LIMIT_MODIFIER" && typeof limit === "number") return limit;
  }
  return null;
}

function offsetOf(node: Ast): number | undefined {
  for (const modifier of asNodes(node.modifiers)) {
    const offset = asNode(modifier.offset);
    if (isClass(offset, "PARAMETER")) return Number(offset.identifier);
  }
  return undefined;
}

/** What a write looks up: its own columns are none that it hands out. */
function readSources(tree: Ast, input: ReadShapeInput, sink: FeatureSink): void {
  const { tables, schema, aggregates } = input;
  const read = new FeatureSink();
  readQuery(tree, null, { sink: read, tables, schema, aggregates, scopes: new WeakMap() });
  for (const table of read.tables) sink.tables.add(table);
  for (const filter of read.features().filters) sink.filter(filter);
  for (const { left, right, isMembership } of read.features().joins) {
    sink.join(left, right, isMembership);
  }
}

function readAssignments({ query, tables }: ReadShapeInput, target: string) {
  const columns = tables.find(({ name }) => name === target)?.columns ?? [];
  const names = new Map(columns.map(({ name }) => [name.toLowerCase(), name]));
  return assignedParameters(
    query.sql,
    columns.map(({ name }) => name),
  ).map((each) => ({ ...each, column: names.get(each.column.toLowerCase()) ?? each.column }));
}

/** Answers the table that is written to; null where it is not plainly there. */
function readWrite(
  { query, text, tables, schema }: ReadShapeInput,
  sink: FeatureSink,
): string | null {
  if (query.kind === "select" || query.kind === "other") return null;
  const target = writeTarget(text);
  if (!target) return null;
  const lower = (name: string): string => name.toLowerCase();
  const isKnown = !isForeignTable(target.path, schema);
  const name = isKnown ? (target.path.at(-1) ?? "") : foreignName(target.path, tables);
  const known = tables.find((table) => isKnown && lower(table.name) === lower(name));
  const table = known?.name ?? name;
  sink.tables.add(table);
  for (const assigned of target.assigned) {
    const found = known?.columns.find((each) => lower(each.name) === lower(assigned));
    sink.column("projected", { table, column: found?.name ?? assigned });
  }
  return table;
}
