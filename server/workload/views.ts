import { PRODUCT_SCHEMA } from "@/server/contracts";
import { Lru } from "@/server/platform/lru";
import { type Ast, asNode, asNodes, asText, descend, hasColumn, isClass } from "./ast";
import type { Engine } from "./engine";
import { fromItems } from "./rewrites/query-parts";
import { isPlainSelect, isWholeStar, shownTable } from "./rewrites/shown-table";
import type { Tables, Views } from "./shape";
import { isTooCostly } from "./text-limits";

/** More views in one query than this are a cycle, or not worth reading. */
const EXPANSIONS_MAX = 50;
const ENTRIES_MAX = 500;

const NAME = '(?:"(?:[^"]|"")*"|[^\\s"().,;]+)';
const CREATE_VIEW = new RegExp(
  `^\\s*CREATE\\s+(?:OR\\s+REPLACE\\s+)?(?:TEMP(?:ORARY)?\\s+)?VIEW\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?${NAME}(?:\\s*\\.\\s*${NAME})*\\s*(\\((?:\\s*${NAME}\\s*,)*\\s*${NAME}\\s*\\)\\s*)?AS\\s+`,
  "i",
);

/** The query of a view's CREATE VIEW statement, or of a bare one; whether columns are named anew. */
export function viewQuery(sql: string): { query: string; isRenamed: boolean } {
  const head = CREATE_VIEW.exec(sql);
  const query = sql.slice(head?.[0].length ?? 0).replace(/;\s*$/, "");
  return { query, isRenamed: head?.[1] !== undefined };
}

/** The names that a CREATE VIEW statement gives to columns. */
function namesIn(sql: string): string[] {
  const listed = CREATE_VIEW.exec(sql)?.[1] ?? "";
  return (listed.slice(listed.indexOf("(") + 1).match(/"(?:[^"]|"")*"|[^\s"(),]+/g) ?? []).map(
    (name) => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name),
  );
}

/** Puts the queries of views in their places, so that a query is seen to read the tables below them. */
export interface ViewReader {
  /** A copy with every view expanded; the tree itself where it reads none, or a view cannot be read. */
  expand(root: Ast, views: Views | undefined): Promise<Ast>;
  /**
   * A copy with those views replaced by their table that only leave columns out; null where the query
   * reads no such view, or a star in it would show other columns.
   */
  flatten(root: Ast, views: Views | undefined): Promise<Ast | null>;
  /** Those views as tables that show columns of one known table or view, all its rows or some. */
  asTables(tables: Tables, views: Views | undefined): Promise<Tables>;
}

interface ReadView {
  query: Ast;
  /** Names of the view's columns where its statement names them anew. */
  names: string[];
}

export function createViewReader(engine: Engine): ViewReader {
  const trees = new Lru<{ query: Ast | null }>(ENTRIES_MAX);

  /** What was made of a list of views, which all queries of a workload share. */
  const lists = new WeakMap<Views, Promise<Map<string, ReadView>>>();

  function readOnce(views: Views): Promise<Map<string, ReadView>> {
    const known = lists.get(views);
    if (known) return known;
    const fresh = read(views);
    lists.set(views, fresh);
    // Reading that was stopped is begun again.
    fresh.catch(() => lists.delete(views));
    return fresh;
  }

  async function read(views: Views): Promise<Map<string, ReadView>> {
    const found = new Map<string, ReadView>();
    for (const { name, sql, columns } of views) {
      const { query: text, isRenamed } = viewQuery(sql);
      const known = trees.get(text) ?? { query: await readTree(text) };
      trees.set(text, known);
      const told = columns?.map((column) => column.name) ?? namesIn(sql);
      const names = isRenamed ? told : [];
      if (known.query) found.set(name.toLowerCase(), { query: known.query, names });
    }
    return found;
  }

  const readTree = async (text: string): Promise<Ast | null> =>
    isTooCostly(text) ? null : queryOf(await engine.serialize(text));

  async function replaceViews(
    root: Ast,
    views: Views | undefined,
    replace: (node: Ast, view: ReadView) => boolean,
  ): Promise<Ast | null> {
    if (!views?.length) return null;
    const names = new Set(views.map(({ name }) => name.toLowerCase()));
    const isNamed = (node: Ast) => names.has(asText(node.table_name).toLowerCase());
    if (![...descend(root)].some(isNamed)) return null;
    const known = await readOnce(views);
    const copy = structuredClone(root);
    const ctes = cteNames(copy);
    let count = 0;
    for (const node of descend(copy)) {
      const view = isOwnTable(node) ? known.get(asText(node.table_name).toLowerCase()) : undefined;
      // A CTE of the name hides the view; where in the query is not asked.
      const isHidden =
        asText(node.schema_name) === "" && ctes.has(asText(node.table_name).toLowerCase());
      if (view === undefined || isHidden) continue;
      if (++count > EXPANSIONS_MAX || !replace(node, view)) return null;
      for (const name of cteNames(view.query)) ctes.add(name);
    }
    return count > 0 ? copy : null;
  }

  return {
    expand: async (root, views) =>
      (await replaceViews(root, views, (node, view) => {
        expandView(node, view);
        return true;
      })) ?? root,
    flatten: (root, views) => {
      const hasStar = [...descend(root)].some((node) => isClass(node, "STAR"));
      return replaceViews(root, views, (node, view) => flattenView(node, view, hasStar));
    },
    async asTables(tables, views = []) {
      const found: Tables = [];
      let waiting = [...(await read(views))];
      // A view may stand on one that is told after it.
      for (let before = -1; before < found.length; ) {
        before = found.length;
        const known = [...tables, ...found];
        waiting = waiting.filter(([name, view]) => {
          const table = viewTable(name, view, known);
          if (table) found.push(table);
          return table === null;
        });
      }
      return found;
    },
  };
}

const queryOf = (root: Ast | null): Ast | null => asNode(asNodes(root?.statements)[0]?.node);

function isOwnTable(node: Ast): boolean {
  const schema = asText(node.schema_name).toLowerCase();
  return node.type === "BASE_TABLE" && (schema === "" || schema === PRODUCT_SCHEMA);
}

function cteNames(root: Ast): Set<string> {
  const maps = [...descend(root)].flatMap((node) => asNodes(asNode(node.cte_map)?.map));
  return new Set(maps.map((entry) => asText(entry.key).toLowerCase()));
}

/** The view's query in its place, as a derived table of the view's name. */
function expandView(node: Ast, { query, names }: ReadView): void {
  const { alias, sample, column_name_alias, query_location } = node;
  const inner = structuredClone(query);
  const own = cteNames(inner);
  for (const each of descend(inner)) {
    // No CTE around the view is visible in it.
    const isTable = isOwnTable(each) && asText(each.catalog_name) === "";
    if (isTable && !own.has(asText(each.table_name).toLowerCase()))
      each.schema_name = PRODUCT_SCHEMA;
  }
  const isNamed = names.length > 0 && nameItems(inner, names);
  const name = asText(alias) || asText(node.table_name);
  for (const key of Object.keys(node)) delete node[key];
  const given = Array.isArray(column_name_alias) ? column_name_alias : [];
  Object.assign(node, {
    type: "SUBQUERY",
    alias: name,
    sample: sample ?? null,
    subquery: { node: inner, named_param_map: [] },
    column_name_alias: given.length > 0 || isNamed ? given : names,
    query_location,
  });
}

/** Gives the items of a select list the names of a view's columns; false where stars stand among them. */
function nameItems(query: Ast, names: readonly string[]): boolean {
  const items = asNodes(query.select_list);
  if (items.length !== names.length || items.some((item) => isClass(item, "STAR"))) return false;
  for (const [index, item] of items.entries()) item.alias = names[index];
  return true;
}

/** `SELECT a, b FROM t`, or `SELECT * FROM t`, by t itself. */
function flattenView(node: Ast, { query, names }: ReadView, hasStar: boolean): boolean {
  const table = asNode(query.from_table);
  const given = Array.isArray(node.column_name_alias) ? node.column_name_alias : [];
  if (table?.type !== "BASE_TABLE" || names.length > 0 || given.length > 0) return false;
  const isFiltered = (query.where_clause ?? null) !== null;
  if (!isOwnTable(table) || isFiltered || !isPlainSelect(query)) return false;
  const items = asNodes(query.select_list);
  const isWhole = items.length === 1 && items.every(isWholeStar);
  if (!isWhole && (hasStar || !items.every(isKeptColumn))) return false;
  const name = asText(node.alias) || asText(node.table_name);
  Object.assign(node, { table_name: table.table_name, schema_name: PRODUCT_SCHEMA, alias: name });
  return true;
}

function viewTable(
  name: string,
  { query, names }: ReadView,
  tables: Tables,
): Tables[number] | null {
  const nothing = { cteNames: new Set<string>(), ctes: new Map<string, Ast>() };
  if (!computesNothing(query.where_clause)) return null;
  const table = shownTable(query, fromItems(query.from_table, { tables, ...nothing }));
  if (!table || (names.length > 0 && names.length !== table.columns.length)) return null;
  const columns = table.columns.map((each, at) => ({ ...each, name: names[at] ?? each.name }));
  return { name, columns };
}

/** Compares columns with values, and calls no function: nothing that a rule would have to see. */
const computesNothing = (where: unknown): boolean =>
  [...descend(where)].every(
    (node) => !isClass(node, "FUNCTION") && !isClass(node, "SUBQUERY") && !isClass(node, "COLLATE"),
  );

function isKeptColumn(item: Ast): boolean {
  if (!isClass(item, "COLUMN_REF") || !hasColumn(item)) return false;
  const path = Array.isArray(item.column_names) ? item.column_names.map(asText) : [];
  const alias = asText(item.alias);
  return path.length === 1 && (alias === "" || alias === path[0]);
}
