import { type Ast, asNode, asNodes, descend, isClass } from "../ast";
import { writeTarget } from "../fold-text";
import type { ColumnRef, NormalizedQuery, QueryShape } from "../shape";
import { FeatureSink } from "./read-context";
import { readQuery } from "./read-query";
import { isForeignTable, type KnownTable } from "./scope";

interface ReadShapeInput {
  query: NormalizedQuery;
  /**
   * Tree of the normalized text, of an UPDATE or DELETE that of a SELECT of its rows; null when DuckDB's
   * parser cannot serialize it.
   */
  root: Ast | null;
  /** The text as it was handed in, for statements that are only folded. */
  text: string;
  tables: readonly KnownTable[];
  schema: string | undefined;
  aggregates: ReadonlySet<string>;
}

/**
 * Features of one query. Of writes: the table, the assigned columns as `projected`, and by which columns
 * an UPDATE or DELETE finds its rows.
 */
export function readShape(input: ReadShapeInput): QueryShape {
  const { query, root, tables, schema, aggregates } = input;
  const sink = new FeatureSink();
  const tree = asNode(asNodes(root?.statements)[0]?.node);
  const node = query.isParsed ? tree : null;
  if (!query.isParsed) readWrite(input, sink, tree);
  if (node) readQuery(node, null, { sink, tables, schema, aggregates });
  if (node) sink.limit = limitOf(node);
  const topBy = node && topColumn(node, sink);
  const offsetParameter = node && offsetOf(node);
  const { fingerprint, sql, kind, isParsed, parameters } = query;
  return {
    fingerprint,
    sql,
    kind,
    isParsed,
    parameterCount: parameters.length,
    ...sink.features(),
    ...(topBy ? { topBy } : {}),
    ...(sink.topTables.size > 0 ? { topTables: [...sink.topTables] } : {}),
    ...(offsetParameter ? { offsetParameter } : {}),
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

/** `rows`: the search for the rows of an UPDATE or DELETE. What else it reads is no part of the features. */
function readWrite(input: ReadShapeInput, sink: FeatureSink, rows: Ast | null): void {
  const { query, text, tables, schema, aggregates } = input;
  if (query.kind === "select" || query.kind === "other") return;
  const target = writeTarget(text);
  if (!target) return;
  const lower = (name: string): string => name.toLowerCase();
  const isKnown = !isForeignTable(target.path, schema);
  const name = (isKnown ? target.path.at(-1) : target.path.join(".")) ?? "";
  const known = tables.find((table) => isKnown && lower(table.name) === lower(name));
  const table = known?.name ?? name;
  sink.tables.add(table);
  for (const assigned of target.assigned) {
    const found = known?.columns.find((each) => lower(each.name) === lower(assigned));
    sink.column("projected", { table, column: found?.name ?? assigned });
  }
  if (rows === null) return;
  const search = new FeatureSink();
  readQuery(rows, null, { sink: search, tables, schema, aggregates });
  for (const filter of search.features().filters) {
    // A text that is only folded has no numbered parameters.
    if (filter.table === table) sink.filter({ ...filter, parameters: [] });
  }
}
