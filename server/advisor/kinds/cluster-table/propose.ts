import { type Candidate, describeStep, type TableSchema } from "@/server/contracts";
import { formatCount, formatList, formatPercent, formatPlural } from "@/server/format";
import { round, sizeFactor, subjectTables, usageFactors } from "../../candidate-parts";
import type { Proposals, ProposeInput } from "../../kind-spec";
import { ROW_GROUP_ROWS } from "../../measured-facts";
import { canSkip } from "../../range-estimate";
import { rebuildRisk } from "../../risk";
import { measureUsage } from "../../workload-query";
import type { Order, Uses } from "./orders";
import { usesOf } from "./orders";
import { type RatedOrder, rateOrders } from "./rate-orders";
import { orderReason } from "./reason";

/** Orders tried for one table: each costs the proof a rebuild. */
const ORDERS_MAX = 6;

/**
 * Chance that an order pays, by what it serves; conventions, not measurements: most for a range whose
 * width is known from parameters, least for one value or a join whose rows may lie together already, and for a curve, which serves
 * each query less than an index or an order of its own would.
 */
const PRIOR = { fromData: 0.75, known: 0.6, unknown: 0.4, weak: 0.4, curve: 0.4 } as const;
/** Part of it that is left where the order may cost other queries: the one by ranges comes first. */
const COSTLY = 0.8;

/**
 * Stored orders: by a column that queries narrow (a range, a LIKE prefix, =, IN, the first n by it, a
 * join with a filtered table), by ranges of it, by several keys that one query suggests, and along a
 * space-filling curve over columns that different queries narrow. At most six a table, those that save
 * the most time by the estimate, ties by name.
 */
export function proposeOrders(input: ProposeInput): Proposals {
  const proposals: Proposals = { candidates: [], excluded: [] };
  for (const table of subjectTables(input)) {
    const uses = usesOf(input.queries, table);
    for (const rated of rateOrders(input.queries, table, uses).slice(0, ORDERS_MAX)) {
      const { candidate, refusal } = draft(input, table, uses, rated);
      const reason = refusal ?? tooSmall(table);
      if (reason === null) proposals.candidates.push(candidate);
      else proposals.excluded.push({ candidate, reason });
    }
  }
  return proposals;
}

function tooSmall(table: TableSchema): string | null {
  if (table.row_count === 0 || canSkip(table.row_count)) return null;
  return `${table.name} has ${formatPlural(table.row_count, "row")}, less than two row groups of ${formatCount(ROW_GROUP_ROWS)}: whatever the order, nothing can be skipped.`;
}

function draft(input: ProposeInput, table: TableSchema, uses: Uses, rated: RatedOrder) {
  const { order } = rated;
  const keys = order.keys.map((column) => column.name);
  const curve = order.isCurve ? { curve: "morton" as const } : {};
  const ranges = order.stepped === null ? {} : { step: order.stepped.step };
  const change = { kind: "cluster_table" as const, table: table.name, keys, ...curve, ...ranges };
  const { plan, refusal } = input.tryPlan(change);
  const usage = measureUsage(input.queries, rated.queries);
  const candidate: Candidate = {
    candidate_id: `cluster_table:${table.name}:${keys.join(",")}${suffixOf(order)}`,
    change,
    target: keys.join(", "),
    title: `Store ${table.name} ${wayOf(order)} ${formatList(keys)}`,
    reason: orderReason(table, order, uses, usage),
    factors: [...usageFactors(usage), shareFactor(keys, rated), sizeFactor(table)],
    drawbacks: drawbacksOf(table, order, uses, rated, plan.cleanup_statements.length > 0),
    risk: rebuildRisk(table, plan, input.queries),
    plan,
    targeted_fingerprints: usage.fingerprints,
    prior: round(priorOf(table, rated) * (order.isCostly ? COSTLY : 1)),
    estimated_gain: round(rated.gain),
    estimated_storage_overhead: 0,
  };
  return { candidate, refusal };
}

function suffixOf({ isCurve, stepped }: Order): string {
  if (stepped !== null) return `:${stepped.step}`;
  return isCurve ? ":morton" : "";
}

function wayOf({ isCurve, stepped }: Order): string {
  if (stepped !== null) return `ordered by ${describeStep(stepped.step)} of`;
  return isCurve ? "along a space-filling curve over" : "ordered by";
}

function priorOf(table: TableSchema, { order, isWeak, isFromData }: RatedOrder): number {
  if (order.isCurve) return PRIOR.curve;
  if (isWeak) return PRIOR.weak;
  if (isFromData) return PRIOR.fromData;
  return table.row_count > 0 ? PRIOR.known : PRIOR.unknown;
}

function shareFactor(keys: string[], { fraction, isFromData }: RatedOrder) {
  const source = isFromData
    ? "from the parameters and statistics seen"
    : "assumed, since nothing given tells the bounds";
  return {
    name: "Selectivity",
    detail: `Queries keep about ${formatPercent(fraction)} of the rows by ${formatList(keys)} (${source}).`,
    weight: round(isFromData ? 1 - fraction : (1 - fraction) / 2),
  };
}

function drawbacksOf(
  table: TableSchema,
  order: Order,
  uses: Uses,
  { queries }: RatedOrder,
  isOrderKept: boolean,
): string[] {
  const found = [
    `If rows arrive in the order of ${order.keys[0]?.name ?? "the key"} anyway, they are stored so already and nothing is gained.`,
    "Rows inserted later are appended unordered; the effect wears off until the table is ordered again.",
  ];
  if (order.isCurve) {
    found.push(
      "Along a curve each query skips less than in an order of its own: ranges read 7 to 10 of 24 row groups in our measurement, in their own order 1.",
    );
  }
  if (order.stepped !== null) {
    found.push(
      "Rows inside a range keep their order: a query for one value reads the whole range it lies in.",
    );
  }
  if (order.isCostly) {
    found.push(
      `DuckDB would keep ${order.keys[0]?.name ?? "the key"} as runs of equal values: queries that read it of rows here and there may take longer on all rows, also where a sample of them shows nothing of it.`,
    );
  }
  const others = [...uses.keys()].filter((query) => !queries.includes(query)).length;
  if (others > 0) {
    found.push(
      `${formatPlural(others, "other query shape")} that narrow another column of this table would not be served by this order, and may lose an order that serves them today.`,
    );
  }
  if (table.row_count === 0) {
    found.push(
      "The rebuild is compiled from the columns given; defaults, constraints and further indexes of the table are not known here.",
    );
  }
  if (!isOrderKept) {
    found.push("Without a known primary key the former row order cannot be restored.");
  }
  return found;
}
