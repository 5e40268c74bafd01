import type { Candidate, ColumnSchema, Factor, TableSchema } from "@/server/contracts";
import { estimateRange, orderGain } from "../estimate/order-gain";
import { ROW_GROUP_ROWS } from "../facts";
import { compilePlan } from "../plan";
import { rebuildRisk } from "../risk";
import type { AdviceInput, Proposals, WorkloadQuery } from "../types";
import { filtersOn, isPointFilter, isRangeFilter, measureUsage, type Usage } from "../usage";
import {
  callsText,
  cardinalityText,
  formatCount,
  formatPercent,
  frequencyText,
  listText,
  plural,
  round,
  sizeFactor,
  subjectTables,
  tryPlan,
  usageFactors,
} from "./shared";

/** A leading key of more values than this leaves nothing of the second key's order to skip by. */
const LEADING_VALUES_MAX = 64;

interface Order {
  keys: ColumnSchema[];
  queries: WorkloadQuery[];
  /** What the queries do with the first key, as a verb phrase. */
  use: "range" | "equality" | "pair";
}

/**
 * Stored order by a column that queries bound (weaker, and only with statistics: compare by =), and
 * by two keys where the same queries compare one of few values and bound the other.
 */
export function proposeOrders(input: AdviceInput): Proposals {
  const proposals: Proposals = { candidates: [], left_out: [] };
  for (const table of subjectTables(input)) {
    for (const order of ordersOf(input, table)) {
      const { candidate, refusal } = draft(input, table, order);
      const reason = refusal ?? tooSmall(table);
      if (reason === null) proposals.candidates.push(candidate);
      else proposals.left_out.push({ candidate, reason });
    }
  }
  return proposals;
}

function tooSmall(table: TableSchema): string | null {
  if (table.row_count === 0 || table.row_count >= 2 * ROW_GROUP_ROWS) return null;
  return `${table.name} has ${plural(table.row_count, "row")}, less than two row groups of ${formatCount(ROW_GROUP_ROWS)}: whatever the order, nothing can be skipped.`;
}

function ordersOf({ queries }: AdviceInput, table: TableSchema): Order[] {
  const using = (column: ColumnSchema, isUsed: typeof isRangeFilter): WorkloadQuery[] =>
    queries.filter((query) => filtersOn(query, table.name, column.name, isUsed).length > 0);
  const orders: Order[] = [];
  for (const column of table.columns) {
    const ranges = using(column, isRangeFilter);
    const points = using(column, isPointFilter);
    if (ranges.length > 0) orders.push({ keys: [column], queries: ranges, use: "range" });
    else if (points.length > 0 && isGroupable(table, column)) {
      orders.push({ keys: [column], queries: points, use: "equality" });
    }
    if (!isGroupable(table, column)) continue;
    for (const second of table.columns) {
      const both = using(second, isRangeFilter).filter((query) => points.includes(query));
      if (second === column || both.length === 0) continue;
      orders.push({ keys: [column, second], queries: both, use: "pair" });
    }
  }
  return orders;
}

/** Few values, known from statistics: stored by it, equal rows fill whole row groups. */
function isGroupable(table: TableSchema, column: ColumnSchema): boolean {
  const distinct = column.statistics?.distinct_count ?? 0;
  return table.row_count > 0 && distinct > 1 && distinct <= LEADING_VALUES_MAX;
}

function draft(input: AdviceInput, table: TableSchema, order: Order) {
  const keys = order.keys.map((column) => column.name);
  const change = { kind: "cluster_table" as const, table: table.name, keys };
  const { plan, refusal } = tryPlan(() => compilePlan(input.tables, [change]));
  const usage = measureUsage(input.queries, order.queries);
  const { fraction, isFromData } = fractionOf(table, order);
  const gain = orderGain(fraction, table.row_count);
  const known = table.row_count > 0 ? 0.6 : 0.4;
  const candidate: Candidate = {
    candidate_id: `cluster_table:${table.name}:${keys.join(",")}`,
    change,
    target: keys.join(", "),
    title: `Store ${table.name} ordered by ${listText(keys)}`,
    reason: reasonOf(table, order, usage),
    factors: [
      ...usageFactors(usage),
      fractionFactor(keys, fraction, isFromData),
      sizeFactor(table),
    ],
    counter_indications: counterIndications(
      input,
      table,
      order,
      plan.cleanup_statements.length > 0,
    ),
    risk: rebuildRisk(table, plan, input.queries),
    plan,
    targeted_fingerprints: usage.fingerprints,
    prior: round(order.use === "equality" ? 0.4 : isFromData ? 0.75 : known),
    estimated_gain: round(gain),
    estimated_storage_overhead: 0,
  };
  return { candidate, refusal };
}

/** Share of the rows the targeted queries keep, weighted by calls. */
function fractionOf(table: TableSchema, order: Order): { fraction: number; isFromData: boolean } {
  const last = order.keys.at(-1);
  const leading = order.use === "range" ? 1 : 1 / (order.keys[0]?.statistics?.distinct_count || 1);
  if (!last || order.use === "equality") return { fraction: leading, isFromData: true };
  const estimates = order.queries.map((query) => ({
    calls: Math.max(1, query.pattern.calls),
    ...estimateRange(query, table.name, last),
  }));
  const calls = estimates.reduce((sum, each) => sum + each.calls, 0);
  const kept = estimates.reduce((sum, each) => sum + each.calls * each.fraction, 0);
  return {
    fraction: (kept / calls) * leading,
    isFromData: estimates.every((each) => each.isFromData),
  };
}

function reasonOf(table: TableSchema, order: Order, usage: Usage): string {
  const [first, second] = order.keys;
  const name = first?.name ?? "";
  const head = frequencyText(usage);
  const calls = `(${callsText(usage)})`;
  const skips = "stored in this order, DuckDB skips the row groups that hold nothing of it";
  if (order.use === "pair" && second) {
    return `${head} filtering on one value of ${name} and a range of ${second.name} ${calls}; ${skips}.`;
  }
  if (order.use === "equality" && first) {
    return `${head} filtering on one value of ${name} ${calls}, which has ${cardinalityText(first)}; if they are spread over all of ${table.name} now, ${skips}.`;
  }
  return `${head} filtering on a range of ${name} ${calls}, which an index cannot serve; ${skips}.`;
}

function fractionFactor(keys: string[], fraction: number, isFromData: boolean): Factor {
  const source = isFromData
    ? "from the parameters and statistics seen"
    : "assumed, since nothing given tells the bounds";
  return {
    name: "Selectivity",
    detail: `Queries keep about ${formatPercent(fraction)} of the rows by ${listText(keys)} (${source}).`,
    weight: round(isFromData ? 1 - fraction : (1 - fraction) / 2),
  };
}

function counterIndications(
  input: AdviceInput,
  table: TableSchema,
  order: Order,
  isOrderKept: boolean,
): string[] {
  const found = [
    `If rows arrive in the order of ${order.keys[0]?.name ?? "the key"} anyway, they are stored so already and nothing is gained.`,
    "Rows inserted later are appended unordered; the effect wears off until the table is ordered again.",
  ];
  const others = unservedRanges(input, table, order);
  if (others > 0) {
    found.push(
      `${plural(others, "other query shape")} with a range on this table would not be served by this order, and may lose an order that serves them today.`,
    );
  }
  if (table.row_count === 0) {
    found.push(
      "The rebuild is compiled from the columns given; defaults, constraints and further indexes of the table are not known here.",
    );
  }
  if (!isOrderKept)
    found.push("Without a known primary key the former row order cannot be restored.");
  return found;
}

/** Queries that bound a column which is not the order's first key. */
function unservedRanges(input: AdviceInput, table: TableSchema, order: Order): number {
  const first = order.keys[0]?.name;
  const isServed = (query: WorkloadQuery): boolean =>
    order.queries.includes(query) ||
    query.shape.filters.some((each) => each.table === table.name && each.column === first);
  const isBounded = (query: WorkloadQuery): boolean =>
    query.shape.filters.some((each) => each.table === table.name && isRangeFilter(each));
  return input.queries.filter((query) => isBounded(query) && !isServed(query)).length;
}
