import type { Candidate, Risk, TableSchema } from "@/server/contracts";
import { formatCount, formatList, formatPercent, formatPlural } from "@/server/format";
import {
  affectedConsumers,
  commentLoss,
  round,
  sizeFactor,
  sizeText,
  subjectTables,
  usageFactors,
} from "../../candidate-parts";
import { nameChange } from "../../change-names";
import type { Proposals, ProposeInput } from "../../kind-spec";
import { ROW_GROUP_ROWS } from "../../measured-facts";
import { hasRowKey } from "../../plan/rebuild-sql";
import { canSkip } from "../../range-estimate";
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
    const uses = usesOf(input, table);
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
  return `${table.name} has ${formatPlural(table.row_count, "row")}, less than two row groups of ${formatCount(ROW_GROUP_ROWS)}: no order lets queries skip any.`;
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
    ...nameChange(change, table),
    change,
    reason: orderReason(table, order, uses, usage),
    factors: [...usageFactors(usage), shareFactor(keys, rated), sizeFactor(table)],
    drawbacks: drawbacksOf(input, table, order, uses, rated),
    risk: riskOf(input, table),
    plan,
    targeted_fingerprints: usage.fingerprints,
    prior: round(priorOf(table, rated) * (order.isCostly ? COSTLY : 1)),
    estimated_gain: round(rated.gain),
    estimated_storage_overhead: 0,
  };
  return { candidate, refusal };
}

function priorOf(table: TableSchema, { order, isWeak, isFromData }: RatedOrder): number {
  if (order.isCurve) return PRIOR.curve;
  if (isWeak) return PRIOR.weak;
  if (isFromData) return PRIOR.fromData;
  return table.row_count > 0 ? PRIOR.known : PRIOR.unknown;
}

function shareFactor(keys: string[], { fraction, isFromData }: RatedOrder) {
  const source = isFromData
    ? "from observed parameters and statistics"
    : "assumed: the bounds are not known";
  return {
    name: "Selectivity",
    detail: `Queries keep about ${formatPercent(fraction)} of the rows by ${formatList(keys)} (${source}).`,
    weight: round(isFromData ? 1 - fraction : (1 - fraction) / 2),
  };
}

/** Its keys, defaults and indexes are those of the product. */
const isKnownWhole = ({ schemaOf }: ProposeInput, table: TableSchema): boolean =>
  table.row_count > 0 && schemaOf !== "request";

function drawbacksOf(
  input: ProposeInput,
  table: TableSchema,
  order: Order,
  uses: Uses,
  { queries }: RatedOrder,
): string[] {
  const found = [
    `If rows already arrive in the order of ${order.keys[0]?.name ?? "the key"}, nothing is gained.`,
    "Rows inserted later are appended unordered: the effect fades until the table is clustered again.",
  ];
  if (order.isCurve) {
    found.push(
      "In Morton order each query skips less than in an order of its own: ranges read 7 to 10 of 24 row groups in our measurement, against 1.",
    );
  }
  if (order.stepped !== null) {
    found.push("Rows inside a range are not sorted: a query for one value reads its whole range.");
  }
  if (order.isCostly) {
    found.push(
      `DuckDB would store ${order.keys[0]?.name ?? "the key"} as runs of equal values: queries that read it for scattered rows may be slower on the full table, even where a sample shows no difference.`,
    );
  }
  const others = [...uses.keys()].filter((query) => !queries.includes(query)).length;
  if (others > 0) {
    found.push(
      `${formatPlural(others, "other query shape")} that filter on another column of this table do not benefit, and may lose an order that serves them today.`,
    );
  }
  if (!isKnownWhole(input, table)) {
    found.push(
      "The rebuild is compiled from the columns in the request: defaults, constraints and further indexes of the table are not known here.",
    );
  }
  if (!hasRowKey(table)) {
    found.push(
      "Without a known primary key the previous row order is kept by position: rows deleted before a rollback let it come back in part only. No row is lost.",
    );
  }
  return found;
}

/** Risk of a plan that rewrites the table. */
function riskOf(input: ProposeInput, table: TableSchema): Risk {
  const hasDetails = isKnownWhole(input, table);
  return {
    level: hasDetails ? "medium" : "high",
    locks: `The table is rewritten (${sizeText(table)}) in one transaction: meanwhile, writes to ${table.name} by others fail with a conflict and must be repeated; reads see the old table until it ends. 3,000,000 rows with a primary key took about 20 s in our measurement, the rollback about 50 s (one run on a busy machine).`,
    write_cost:
      "None by itself: nothing is maintained on insert. New rows are appended in the order they arrive, so the effect fades as the table grows.",
    reversibility: `Schema, data and the previous row order can be restored while the undo data is kept (${hasRowKey(table) ? "primary key" : "position"} and former row number of each row).`,
    blast_radius: hasDetails
      ? `Only ${table.name}: the new table takes its name, constraints and indexes. A second copy of the table needs disk space until the transaction ends.${commentLoss(table)}`
      : `${table.name} is rebuilt from the columns in the request: unknown defaults, constraints and indexes would be lost. Compare the table's full definition before you run it.`,
    affected_consumers: affectedConsumers(input.queries, table.name),
  };
}
