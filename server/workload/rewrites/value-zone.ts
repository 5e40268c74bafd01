import { type Ast, asNode, asNodes, asText, descend, isClass } from "../ast";
import { columnPath } from "../features/read-context";

/** Whether a value is a TIMESTAMP WITH TIME ZONE, as far as its text tells. */
export type ValueZone = "zoned" | "plain" | "unknown";

const ZONED =
  /^(now|get_current_timestamp|current_timestamp|transaction_timestamp|to_timestamp|make_timestamptz)$/;
const PLAIN =
  /^(today|current_date|current_localtimestamp|make_date|make_timestamp|last_day|strftime|to_[a-z]+s)$/;
/** Answer a value of the kind they are given. */
const CARRYING = /^([-+]|date_trunc|datetrunc|time_bucket|greatest|least|trunc)$/;

export function zoneOf(node: Ast | null): ValueZone {
  if (node === null) return "unknown";
  // A parameter takes the type of what it is compared with.
  if (isClass(node, "CONSTANT") || isClass(node, "PARAMETER")) return "plain";
  if (isClass(node, "COLUMN_REF")) return zoneOfCall(columnPath(node)[0] ?? "", []);
  if (isClass(node, "CAST")) {
    return asText(asNode(node.cast_type)?.id) === "TIMESTAMP WITH TIME ZONE" ? "zoned" : "plain";
  }
  const children = asNodes(node.children);
  if (node.type === "OPERATOR_COALESCE") return join(children);
  return isClass(node, "FUNCTION") ? zoneOfCall(asText(node.function_name), children) : "unknown";
}

function zoneOfCall(name: string, children: Ast[]): ValueZone {
  const lower = name.toLowerCase();
  if (ZONED.test(lower)) return "zoned";
  if (PLAIN.test(lower)) return "plain";
  if (CARRYING.test(lower)) return join(children);
  if (lower !== "timezone") return "unknown";
  const inner = zoneOf(children.at(-1) ?? null);
  return inner === "zoned" ? "plain" : inner === "plain" ? "zoned" : "unknown";
}

function join(children: Ast[]): ValueZone {
  const zones = children.map(zoneOf);
  if (zones.includes("zoned")) return "zoned";
  return zones.every((zone) => zone === "plain") ? "plain" : "unknown";
}

const CLOCK = /^(now|today|get_current_timestamp|transaction_timestamp|current_\w+)$/i;

/** Known when the query runs, not when it is planned: `now()`, `current_date`. */
export const readsClock = (value: Ast): boolean =>
  [...descend(value)].some(
    (node) => isClass(node, "COLUMN_REF") || CLOCK.test(asText(node.function_name)),
  );
