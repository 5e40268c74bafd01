import { type Ast, asNode, asNodes, asText, isClass } from "../ast";
import { zoneOf } from "../rewrites/value-zone";
import { columnPath } from "./read-context";

/** Unsigned ones are cast where a value has the type of one with a sign. */
const SIGNED = /^(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/;
const INTEGER = /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/;
const DECIMAL = /^DECIMAL\((\d+),\s*(\d+)\)$/;
const TIMES = /^(DATE|TIMESTAMP(_S|_MS|_NS)?)$/;
const TEXT = /^(VARCHAR|TEXT|STRING)/i;

/**
 * Whether DuckDB casts a column of the type, row by row, to compare it with a value of another: then
 * neither an index nor a zone map serves. With an unknown type it is not assumed, nor of a text, which
 * takes the type of the column.
 */
export function castsColumn(value: Ast | null, type: string): boolean {
  const given = value && typeOf(value);
  if (TIMES.test(type)) return zoneOf(value) === "zoned" || isFiner(asText(given?.id), type);
  if (!given || given.id === "VARCHAR") return false;
  if (TEXT.test(type)) return given.id !== "ENUM";
  if (type.startsWith("U") && isClass(value, "CAST") && SIGNED.test(asText(given.id))) return true;
  const own = DECIMAL.exec(type);
  if (given.id === "DOUBLE" || given.id === "FLOAT") return INTEGER.test(type) || own !== null;
  if (given.id !== "DECIMAL") return false;
  if (own === null) return INTEGER.test(type);
  const { width, scale } = asNode(given.type_info) ?? {};
  const [ownWidth, ownScale] = [Number(own[1]), Number(own[2])];
  return Number(scale) > ownScale || Number(width) - Number(scale) > ownWidth - ownScale;
}

/** An instant of finer digits than the column has; DuckDB compares it with a DATE by itself. */
const isFiner = (id: string, type: string): boolean =>
  (id === "TIMESTAMP" && /_(S|MS)$/.test(type)) || (id === "TIMESTAMP_NS" && type === "TIMESTAMP");

const DAYS = /^(today|current_date|make_date|last_day)$/i;
const INSTANTS =
  /^(now|get_current_timestamp|current_timestamp|localtimestamp|make_timestamp|strptime)$/i;

/** The type of a literal, a cast or a date that is computed, as far as the text tells; null otherwise. */
function typeOf(value: Ast): Ast | null {
  if (isClass(value, "CAST")) return asNode(value.cast_type);
  if (isClass(value, "CONSTANT")) return asNode(asNode(value.value)?.type);
  const name = isClass(value, "COLUMN_REF")
    ? (columnPath(value)[0] ?? "")
    : isClass(value, "FUNCTION")
      ? asText(value.function_name)
      : "";
  if (DAYS.test(name)) return { id: "DATE" };
  if (INSTANTS.test(name)) return { id: "TIMESTAMP" };
  // A time and an interval or number of days.
  const isMoved = /^([-+]|date_trunc|datetrunc)$/i.test(name);
  const times = isMoved ? asNodes(value.children).map(typeOf) : [];
  return times.find((each) => TIMES.test(asText(each?.id))) ?? null;
}
