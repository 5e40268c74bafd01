import type { ColumnSchema, TableSchema } from "@/server/contracts";
import type { ProposeInput } from "../../kind-spec";
import { columnNames } from "../../shape-index";
import type { WorkloadQuery } from "../../workload-query";
import { readsColumn } from "../../workload-query";
import { type KeyUse, keyUse } from "./key-use";
import { orderStep, type SteppedOrder } from "./order-step";

/** A leading key of more values than this leaves nothing of the next key's order to skip by. */
const LEADING_VALUES_MAX = 64;
const CURVE_COLUMNS_MAX = 4;
/** Orders by several keys: leading ones and last ones that one query suggests, and how many queries do. */
const LEADS_MAX = 4;
const LASTS_MAX = 8;
const SUGGESTING_MAX = 30;

export interface Order {
  keys: ColumnSchema[];
  isCurve: boolean;
  /** By ranges of the only key; null: by its values. */
  stepped: SteppedOrder | null;
  /** The key would be kept as runs, which may cost queries that it lets skip nothing (see RUN_ROWS). */
  isCostly: boolean;
}

const PLAIN = { isCurve: false, stepped: null, isCostly: false } as const;

/** What each query does with the columns of one table; queries that narrow none are left out. */
export type Uses = Map<WorkloadQuery, Map<ColumnSchema, KeyUse>>;

export function usesOf({ queries, columnsOf }: ProposeInput, table: TableSchema): Uses {
  const uses: Uses = new Map();
  const columns = columnsOf(table);
  for (const query of queries) {
    if (!query.shape.tables.includes(table.name) || query.shape.kind === "insert") continue;
    const found = new Map<ColumnSchema, KeyUse>();
    const named = columnNames(query.shape, table.name);
    for (const column of columns.filter(({ name }) => named.has(name))) {
      const use = keyUse(query, table, column);
      if (use !== null) found.set(column, use);
    }
    if (found.size > 0) uses.set(query, found);
  }
  return uses;
}

const byName = (a: ColumnSchema, b: ColumnSchema): number => (a.name < b.name ? -1 : 1);
const valuesOf = (column: ColumnSchema): number => column.statistics?.distinct_count ?? 0;

/**
 * By one column, by its values; and by ranges of it, where the order by values may cost queries that
 * read the column and skip nothing by it.
 */
export function singleOrders(
  queries: readonly WorkloadQuery[],
  table: TableSchema,
  uses: Uses,
): Order[] {
  const columns = new Set([...uses.values()].flatMap((found) => [...found.keys()]));
  return [...columns].sort(byName).flatMap((column) => {
    const isUnskipped = (query: WorkloadQuery): boolean =>
      readsColumn(query, table.name, column.name) && !uses.get(query)?.has(column);
    const stepped = queries.some(isUnskipped) ? orderStep(column, table.row_count) : null;
    const byValues = { ...PLAIN, keys: [column], isCostly: stepped !== null };
    return stepped === null ? [byValues] : [byValues, { ...PLAIN, keys: [column], stepped }];
  });
}

/**
 * Orders that one query suggests: up to two columns it compares with values, of few values each,
 * fewest first, then any other column it narrows. Of a query that narrows very many columns those that
 * leave the fewest rows, of very many queries the heaviest.
 */
export function lexicographicOrders(
  uses: Uses,
  weights: ReadonlyMap<WorkloadQuery, number>,
): Order[] {
  const orders = new Map<string, Order>();
  const weigh = (query: WorkloadQuery): number => weights.get(query) ?? 0;
  const suggesting = [...uses].sort(([a], [b]) => weigh(b) - weigh(a)).slice(0, SUGGESTING_MAX);
  for (const [, found] of suggesting) {
    const leads = [...found]
      .filter(([column, { kind }]) => kind === "equality" && valuesOf(column) <= LEADING_VALUES_MAX)
      .map(([column]) => column)
      .sort((a, b) => valuesOf(a) - valuesOf(b) || byName(a, b))
      .slice(0, LEADS_MAX);
    const lasts = [...found]
      .sort(([a, left], [b, right]) => left.fraction - right.fraction || byName(a, b))
      .slice(0, LASTS_MAX)
      .map(([column]) => column);
    const heads = leads.flatMap((lead, index) => [
      [lead],
      ...leads.slice(index + 1).map((next) => [lead, next]),
    ]);
    for (const head of heads) {
      for (const last of lasts) {
        if (head.includes(last) || (leads.includes(last) && head.length > 1)) continue;
        const keys = [...head, last];
        orders.set(keys.map((key) => key.name).join("\0"), { ...PLAIN, keys });
      }
    }
  }
  return [...orders.values()];
}

/**
 * Curves over two or three of the given columns (most valuable first; the first four are
 * considered), each of which some query narrows without the others.
 */
export function curveOrders(uses: Uses, columns: readonly ColumnSchema[]): Order[] {
  const found = [...uses.values()];
  const first = columns.slice(0, CURVE_COLUMNS_MAX);
  const isApart = (keys: ColumnSchema[]): boolean =>
    keys.every((key) =>
      found.some(
        (each) => each.has(key) && keys.every((other) => other === key || !each.has(other)),
      ),
    );
  const pairs = first.flatMap((a, index) => first.slice(index + 1).map((b) => [a, b]));
  const triple = first.length >= 3 ? [first.slice(0, 3)] : [];
  return [...pairs, ...triple]
    .filter(isApart)
    .map((keys) => ({ ...PLAIN, keys: keys.toSorted(byName), isCurve: true }));
}
