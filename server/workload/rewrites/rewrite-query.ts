import { isCollated } from "@/server/contracts";
import { type Ast, asNode, asNodes, asText, descend, isClass } from "../ast";
import type { Engine } from "../engine";
import type { QueryRewriteOption, Tables } from "../shape";
import { decorrelateSubquery } from "./decorrelate-subquery";
import { dropDistinct } from "./drop-distinct";
import { dropOrderBy } from "./drop-order-by";
import { notInToAntiJoin } from "./not-in-to-anti-join";
import { orToIn } from "./or-to-in";
import type { Rewrite, RewriteContext } from "./query-parts";
import { readsRowOrder } from "./row-order";
import { sargablePredicate } from "./sargable-predicate";
import { topN } from "./top-n";

const REWRITES: readonly Rewrite[] = [
  sargablePredicate,
  dropDistinct,
  dropOrderBy,
  decorrelateSubquery,
  notInToAntiJoin,
  topN,
  orToIn,
];
const ROUNDS_MAX = 4;

/**
 * Other texts for a normalized query, one a rule at most, each as DuckDB prints it. None when the
 * text is no single SELECT, or calls what may answer otherwise each time or is not known: a macro
 * of the product's may aggregate, keep an order, answer several rows or draw lots. None either where
 * a table has a column with a collation.
 */
export async function rewriteQuery(
  engine: Engine,
  sql: string,
  tables: Tables,
): Promise<QueryRewriteOption[]> {
  const root = await engine.serialize(sql);
  if (root === null || !callsKnownOnly(root, engine) || readsCollated(root, tables)) return [];
  const known = {
    tables,
    ...readCtes(root),
    aggregates: engine.aggregateNames,
  };
  const context = {
    ...known,
    readsRowOrder: readsRowOrder(root, known),
    hasCollation: [...descend(root)].some((node) => isClass(node, "COLLATE")),
  };
  const options: QueryRewriteOption[] = [];
  let printed: Promise<string | null> | undefined;
  let copy = structuredClone(root);
  for (const rewrite of REWRITES) {
    const query = asNode(asNodes(copy.statements)[0]?.node);
    // Where a rule fits nowhere the copy is as it was: good for the next one.
    if (!query || !rewrite.apply(query, context)) continue;
    const text = await printStable(engine, copy);
    copy = structuredClone(root);
    printed ??= engine.print(root);
    if (text === null || text === (await printed)) continue;
    options.push({ rule: rewrite.rule, sql: text, why: rewrite.why });
  }
  return options;
}

/** Keys, groups and membership of such texts are not what the rules take them for. */
function readsCollated(root: Ast, tables: Tables): boolean {
  const collated = tables.filter(({ columns }) => columns.some(({ type }) => isCollated(type)));
  const names = new Set(collated.map((table) => table.name.toLowerCase()));
  return [...descend(root)].some((node) => names.has(asText(node.table_name).toLowerCase()));
}

function callsKnownOnly(root: Ast, engine: Engine): boolean {
  return [...descend(root)].every((node) => {
    if (!isClass(node, "FUNCTION") && !isClass(node, "WINDOW")) return true;
    const name = asText(node.function_name).toLowerCase();
    const isBuiltIn = /^(main)?$/i.test(asText(node.schema)) && asText(node.catalog) === "";
    return isBuiltIn && engine.knownNames.has(name) && !engine.volatileNames.has(name);
  });
}

const entriesOf = (node: Ast | null) => asNodes(asNode(node?.cte_map)?.map);
const nameOf = (entry: Ast) => asText(entry.key).toLowerCase();

/**
 * Only a CTE of the whole query is known by its name everywhere. A name of two, or one that a CTE before
 * it or its own text reads (a table's of that name, or a recursive query), says nothing of its columns.
 */
function readCtes(root: Ast): Pick<RewriteContext, "cteNames" | "ctes"> {
  const names = [...descend(root)].flatMap((node) => entriesOf(node).map(nameOf));
  const ctes = new Map<string, Ast>();
  const read = new Set<string>();
  for (const entry of entriesOf(asNode(asNodes(root.statements)[0]?.node))) {
    const name = nameOf(entry);
    const value = asNode(entry.value);
    const query = asNode(asNode(value?.query)?.node);
    const isRenamed = Array.isArray(value?.aliases) && value.aliases.length > 0;
    for (const node of descend(query)) read.add(asText(node.table_name).toLowerCase());
    const isOnly = names.filter((one) => one === name).length === 1;
    if (query && !isRenamed && isOnly && !read.has(name)) ctes.set(name, query);
  }
  return { cteNames: new Set(names), ctes };
}

/** The text of a tree once DuckDB prints it the same again; null when it does not come to rest. */
async function printStable(engine: Engine, root: Ast): Promise<string | null> {
  let text = await engine.print(root);
  for (let round = 0; text !== null && round < ROUNDS_MAX; round++) {
    const again = await engine.serialize(text);
    const next = again && (await engine.print(again));
    if (next === text) return text;
    text = next;
  }
  return null;
}
