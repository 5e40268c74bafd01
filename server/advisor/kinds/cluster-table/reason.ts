import { type ColumnSchema, describeStep, type TableSchema } from "@/server/contracts";
import { formatList } from "@/server/format";
import { callsText, cardinalityText, frequencyText } from "../../candidate-parts";
import type { Usage } from "../../workload-query";
import type { KeyUse } from "./key-use";
import type { SteppedOrder } from "./order-step";
import type { Order, Uses } from "./orders";

const SKIPS = "in this order, DuckDB skips row groups with no matching rows";

const PHRASES: Readonly<Record<KeyUse["kind"], (name: string) => string>> = {
  range: (name) => `a range of ${name}`,
  equality: (name) => `one value of ${name}`,
  top: (name) => `the first rows by ${name}`,
  join: (name) => `a join on ${name} with a filtered table`,
};

/** Why the order is proposed, one sentence, with what the targeted queries do. */
export function orderReason(table: TableSchema, order: Order, uses: Uses, usage: Usage): string {
  const calls = `(${callsText(usage)})`;
  const parts = order.keys.flatMap((key) => {
    const kind = kindOf(key, uses, usage);
    return kind === null ? [] : [PHRASES[kind](key.name)];
  });
  if (order.isCurve) {
    return `Different queries filter on ${formatList(parts)} ${calls}; in Morton order, rows with similar values of all of them are stored together, and each query skips row groups.`;
  }
  const head = `${frequencyText(usage)} filtering on ${formatList(parts)} ${calls}`;
  const [first] = order.keys;
  if (order.keys.length > 1 || !first) return `${head}; ${SKIPS}.`;
  if (order.stepped !== null) return `${head}; ${SKIPS}. ${rangesReason(first, order.stepped)}`;
  switch (kindOf(first, uses, usage)) {
    case "equality":
      return `${head}, which has ${cardinalityText(first)}; if matching rows are spread over all of ${table.name} now, ${SKIPS}.`;
    case "join":
      return `${head}; where the joined keys lie close together, ${SKIPS}.`;
    default:
      return `${head}, which an index cannot serve; ${SKIPS}.`;
  }
}

function rangesReason({ name }: ColumnSchema, { step }: SteppedOrder): string {
  return `Sorting by exact ${name} slows scattered reads; ${typeof step === "number" ? `order ${describeStep(step)}` : `${describeStep(step)} order`} avoids that.`;
}

const STRENGTH: readonly KeyUse["kind"][] = ["range", "top", "equality", "join"];

/** The strongest use that a targeted query makes of the key; null: none narrows it. */
function kindOf(key: ColumnSchema, uses: Uses, usage: Usage): KeyUse["kind"] | null {
  const kinds = usage.queries.map((query) => uses.get(query)?.get(key)?.kind);
  return STRENGTH.find((kind) => kinds.includes(kind)) ?? null;
}
