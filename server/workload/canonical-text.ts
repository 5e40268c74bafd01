import { type Ast, asNode, asNodes, asText, descend, hasColumn, isClass } from "./ast";

/**
 * A text equal for queries that differ only in the names they give to tables, CTEs and output
 * columns, in qualifying columns of an only table, and in the case of names. It is no SQL. null where
 * names cannot be told apart for sure (lambdas, column lists, recursion): then the text as it stands
 * has to do.
 */
export function canonicalText(root: Ast): string | null {
  const query = asNode(asNodes(structuredClone(root).statements)[0]?.node);
  if (query === null) return null;
  forgetWidths(query);
  try {
    visitQuery(query, { names: new CanonicalNames(), outer: null, enclosing: null, isTop: true });
  } catch (error) {
    if (error instanceof Undecided) return null;
    throw error;
  }
  return JSON.stringify(query, (key, value: unknown) => (key === "query_location" ? 0 : value));
}

/** `> 9.5` and `> 10.25` are one question: how many digits a number was written with is no part of it. */
function forgetWidths(query: Ast): void {
  for (const node of descend(query)) {
    if (!isClass(node, "CAST") || !isClass(asNode(node.child), "PARAMETER")) continue;
    const type = asNode(node.cast_type);
    if (type?.id === "DECIMAL") type.type_info = null;
  }
}

interface Place {
  names: CanonicalNames;
  outer: NameScope | null;
  enclosing: NameScope | null;
  /** Nobody but the caller sees the names of its columns. */
  isTop: boolean;
}

function visitQuery(query: Ast, place: Place): void {
  const scope = new NameScope(place.outer, place.enclosing);
  for (const entry of asNodes(asNode(query.cte_map)?.map)) {
    const name = asText(entry.key).toLowerCase();
    const value = asNode(entry.value);
    const inner = asNode(asNode(value?.query)?.node);
    if (!inner || listLength(value?.aliases) > 0 || listLength(value?.key_targets) > 0) {
      throw new Undecided();
    }
    visitQuery(inner, { ...place, enclosing: scope, isTop: false });
    entry.key = place.names.next("query");
    scope.addCte(name, asText(entry.key));
  }
  if (query.type === "SET_OPERATION_NODE") {
    for (const side of [query.left, query.right, ...asNodes(query.children)].map(asNode)) {
      if (side) visitQuery(side, { ...place, enclosing: scope, isTop: false });
    }
    visitExpression(query.modifiers, scope, place.names);
    return;
  }
  if (query.type !== "SELECT_NODE") throw new Undecided();
  visitSelect(query, scope, place);
}

function visitSelect(query: Ast, scope: NameScope, place: Place): void {
  addSources(query.from_table, scope, place);
  const items = asNodes(query.select_list);
  for (const item of items) item.alias = asText(item.alias).toLowerCase();
  if (place.isTop) dropOutputNames(query, items);
  scope.outputs = new Set(items.map((item) => asText(item.alias)).filter(Boolean));
  visitFrom(query.from_table, scope, place);
  const parts = ["select_list", "where_clause", "group_expressions", "having", "qualify"];
  for (const part of [...parts, "modifiers"]) visitExpression(query[part], scope, place.names);
}

/** Names of columns only the caller sees; those that other parts of the query use stay. */
function dropOutputNames(query: Ast, items: Ast[]): void {
  const used = new Set<string>();
  collectPlainNames([items, query.where_clause, query.group_expressions], used);
  collectPlainNames([query.having, query.qualify], used);
  const ordered = new Set<string>();
  collectPlainNames(query.modifiers, ordered);
  for (const item of items)
    if (!used.has(asText(item.alias)) && !ordered.has(asText(item.alias))) item.alias = "";
}

function collectPlainNames(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) {
    for (const each of value) collectPlainNames(each, found);
    return;
  }
  const node = asNode(value);
  if (node === null) return;
  const path = Array.isArray(node.column_names) ? node.column_names.map(asText) : [];
  // `name.field` may read a field of a named output.
  if (path[0] !== undefined) found.add(path[0].toLowerCase());
  for (const child of Object.values(node)) collectPlainNames(child, found);
}

const listLength = (value: unknown): number => (Array.isArray(value) ? value.length : 0);

/** Gives every source of FROM its canonical name, in order of appearance. */
function addSources(value: unknown, scope: NameScope, place: Place): void {
  const node = asNode(value);
  if (node === null || node.type === "EMPTY") return;
  if (node.type === "JOIN") {
    addSources(node.left, scope, place);
    addSources(node.right, scope, place);
    return;
  }
  if (listLength(node.column_name_alias) > 0) throw new Undecided();
  if (node.type !== "BASE_TABLE" && node.type !== "SUBQUERY") throw new Undecided();
  const name = (asText(node.alias) || asText(node.table_name)).toLowerCase();
  node.alias = place.names.next("source");
  if (!scope.addSource(name, asText(node.alias))) throw new Undecided();
}

function visitFrom(value: unknown, scope: NameScope, place: Place): void {
  const node = asNode(value);
  if (node?.type === "JOIN") {
    visitFrom(node.left, scope, place);
    visitFrom(node.right, scope, place);
    visitExpression(node.condition, scope, place.names);
    if (Array.isArray(node.using_columns)) {
      node.using_columns = node.using_columns.map((name) => asText(name).toLowerCase());
    }
  } else if (node?.type === "BASE_TABLE") {
    for (const key of ["table_name", "schema_name", "catalog_name"]) {
      node[key] = asText(node[key]).toLowerCase();
    }
    if (node.schema_name === "") {
      node.table_name = scope.findCte(asText(node.table_name)) ?? node.table_name;
    }
  } else if (node?.type === "SUBQUERY") {
    const inner = asNode(asNode(node.subquery)?.node);
    // Beside other sources it may be lateral, and name their columns.
    const outer = scope.sourceCount > 1 ? scope : scope.outer;
    if (inner) visitQuery(inner, { ...place, outer, enclosing: scope, isTop: false });
  }
}

function visitExpression(value: unknown, scope: NameScope, names: CanonicalNames): void {
  if (Array.isArray(value)) {
    for (const each of value) visitExpression(each, scope, names);
    return;
  }
  const node = asNode(value);
  if (node === null || isClass(node, "CONSTANT")) return;
  if (isClass(node, "LAMBDA")) throw new Undecided();
  if (isClass(node, "COLUMN_REF")) names.column(node, scope);
  if (isClass(node, "STAR")) names.star(node, scope);
  if (isClass(node, "FUNCTION")) node.function_name = asText(node.function_name).toLowerCase();
  const inner = isClass(node, "SUBQUERY") ? asNode(asNode(node.subquery)?.node) : null;
  if (inner) {
    visitExpression(node.child, scope, names);
    visitQuery(inner, { names, outer: scope, enclosing: scope, isTop: false });
    return;
  }
  for (const child of Object.values(node)) visitExpression(child, scope, names);
}

/** What a name means is in doubt: it may be a column here and a source elsewhere. */
class Undecided extends Error {}

/** Hands out canonical names in order of appearance, and writes them into references. */
class CanonicalNames {
  readonly #counts = { source: 0, query: 0 };

  next(kind: "source" | "query"): string {
    this.#counts[kind] += 1;
    return `${kind} ${this.#counts[kind]}`;
  }

  /** `a.x`, and `x` where only one source can have it, name the same column. */
  column(reference: Ast, scope: NameScope): void {
    if (!hasColumn(reference)) return;
    const raw = Array.isArray(reference.column_names) ? reference.column_names : [];
    const path = raw.map((part) => asText(part).toLowerCase());
    const [first = "", ...rest] = path;
    const source = scope.findSource(first);
    reference.column_names = path;
    if (source !== undefined) {
      // A plain name that is also a source's: the column, or the whole row.
      if (rest.length === 0) throw new Undecided();
      reference.column_names = [source, ...rest];
    } else if (rest.length > 1) {
      throw new Undecided();
    } else if (scope.onlySource !== null && !scope.outputs.has(first)) {
      reference.column_names = [scope.onlySource, ...path];
    }
  }

  /** `*` and `a.*` are the same where there is one source. */
  star(star: Ast, scope: NameScope): void {
    const name = asText(star.relation_name).toLowerCase();
    const lists = [star.qualified_exclude_list, star.rename_list, star.exclude_list];
    if (lists.some((list) => Array.isArray(list) && list.length > 0)) throw new Undecided();
    if (star.columns === true || star.expr) {
      if (name !== "") throw new Undecided();
      return;
    }
    const source = name === "" ? (scope.onlySource ?? "") : scope.findSource(name);
    if (source === undefined) throw new Undecided();
    star.relation_name = source;
  }
}

/** Names of one SELECT's sources and the canonical names that take their place. */
class NameScope {
  readonly #sources = new Map<string, string>();
  readonly #ctes = new Map<string, string>();
  /** Names in the select list: a plain name may mean one of these rather than a column. */
  outputs: ReadonlySet<string> = new Set();

  /** `outer` is null where no other query's columns can be seen. */
  constructor(
    readonly outer: NameScope | null,
    readonly enclosing: NameScope | null = outer,
  ) {}

  /** False: two sources share the name. */
  addSource(name: string, canonical: string): boolean {
    const key = name === "" ? `unnamed ${canonical}` : name;
    const isNew = !this.#sources.has(key);
    this.#sources.set(key, canonical);
    return isNew;
  }

  addCte(name: string, canonical: string): void {
    this.#ctes.set(name, canonical);
  }

  findSource(name: string): string | undefined {
    return this.#sources.get(name) ?? this.outer?.findSource(name);
  }

  findCte(name: string): string | undefined {
    return this.#ctes.get(name) ?? this.enclosing?.findCte(name);
  }

  /** The source every plain name must belong to; null where there are several, or outer queries. */
  get onlySource(): string | null {
    const [only, ...others] = this.#sources.values();
    return others.length === 0 && this.outer === null ? (only ?? null) : null;
  }

  get sourceCount(): number {
    return this.#sources.size;
  }
}
