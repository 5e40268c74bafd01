import { type ColumnSchema, describeStep, type TableSchema } from "@/server/contracts";
import { formatList } from "@/server/format";
import { callsText, cardinalityText, frequencyText } from "../../candidate-parts";
import type { Usage } from "../../workload-query";
import type { KeyUse } from "./key-use";
import type { SteppedOrder } from "./order-step";
import type { Order, Uses } from "./orders";

const SKIPS = "stored in this order, DuckDB skips the row groups that hold nothing of it";

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
    return `Different queries filter on ${formatList(parts)} ${calls}; along the curve, rows near in each of these lie near each other, and each of the queries skips row groups.`;
  }
  const head = `${frequencyText(usage)} filtering on ${formatList(parts)} ${calls}`;
  const [first] = order.keys;
  if (order.keys.length > 1 || !first) return `${head}; ${SKIPS}.`;
  if (order.stepped !== null) return `${head}; ${SKIPS}. ${rangesReason(first, order.stepped)}`;
  switch (kindOf(first, uses, usage)) {
    case "equality":
      return `${head}, which has ${cardinalityText(first)}; if they are spread over all of ${table.name} now, ${SKIPS}.`;
    case "join":
      return `${head}; where its keys lie close together, ${SKIPS}.`;
    default:
      return `${head}, which an index cannot serve; ${SKIPS}.`;
  }
}

function rangesReason({ name }: ColumnSchema, { step }: SteppedOrder): string {
  return `By its values, ${name} would be kept as runs of equal ones, which slows queries that read it of rows here and there; by ${describeStep(step)} it is not.`;
}

const STRENGTH: readonly KeyUse["kind"][] = ["range", "top", "equality", "join"];

/** The strongest use that a targeted query makes of the key; null: none narrows it. */
function kindOf(key: ColumnSchema, uses: Uses, usage: Usage): KeyUse["kind"] | null {
  const kinds = usage.queries.map((query) => uses.get(query)?.get(key)?.kind);
  return STRENGTH.find((kind) => kinds.includes(kind)) ?? null;
}
