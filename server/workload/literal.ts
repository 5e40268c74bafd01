import { type Ast, asNode, asNodes, asText, isClass } from "./ast";
import { exactNumberText } from "./engine";

type Scalar = string | number | boolean | null;

/**
 * Value of a CONSTANT node as it is bound in a replay; undefined when it must stay a literal
 * (NULL, or a type that JSON cannot carry).
 *
 * A decimal or a 64-bit integer compared with a column travels as text: DuckDB then casts the
 * text to the column's type, while a DOUBLE would make it cast the column and skip zone maps.
 */
export function literalValue(constant: Ast, isBesideColumn: boolean): Scalar | undefined {
  const value = asNode(constant.value);
  if (value === null || value.is_null === true) return undefined;
  const type = asNode(value.type);
  switch (asText(type?.id)) {
    case "VARCHAR":
      return typeof value.value === "string" ? value.value : undefined;
    case "BOOLEAN":
      return typeof value.value === "boolean" ? value.value : undefined;
    case "DECIMAL":
      return decimalValue(value, isBesideColumn);
    case "HUGEINT":
    case "UHUGEINT":
      // Away from a column, text would have no type to be cast to.
      return isBesideColumn ? hugeText(value.value) : undefined;
    default:
      return plainNumber(exactNumberText(value.value), isBesideColumn);
  }
}

function plainNumber(text: string | null, isBesideColumn: boolean): Scalar | undefined {
  if (text === null) return undefined;
  const number = Number(text);
  if (/^-?\d+$/.test(text) && !Number.isSafeInteger(number)) {
    return isBesideColumn ? text : undefined;
  }
  return Number.isFinite(number) ? number : undefined;
}

function decimalValue(value: Ast, isBesideColumn: boolean): Scalar | undefined {
  const info = asNode(asNode(value.type)?.type_info);
  const scale = typeof info?.scale === "number" ? info.scale : 0;
  const unscaled = exactNumberText(value.value) ?? hugeText(value.value);
  if (unscaled === undefined || !/^-?\d+$/.test(unscaled)) return undefined;
  const sign = unscaled.startsWith("-") ? "-" : "";
  const digits = unscaled.replace("-", "").padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const text = scale === 0 ? sign + whole : `${sign}${whole}.${digits.slice(-scale)}`;
  return isBesideColumn ? text : Number(text);
}

function hugeText(value: unknown): string | undefined {
  const parts = asNode(value);
  const upper = exactNumberText(parts?.upper);
  const lower = exactNumberText(parts?.lower);
  if (upper === null || lower === null) return undefined;
  if (!/^-?\d+$/.test(upper) || !/^\d+$/.test(lower)) return undefined;
  return String(BigInt(upper) * 2n ** 64n + BigInt(lower));
}

/** `LIKE` as DuckDB's parser names it. ILIKE is not among them: no zone map can serve it. */
export const LIKE_FUNCTIONS: ReadonlySet<string> = new Set(["~~"]);
export const PREFIX_FUNCTIONS: ReadonlySet<string> = new Set(["starts_with", "prefix", "^@"]);

/** `$1 || '%'` (or `'abc' || '%'`): a prefix search. */
export function isPrefixPattern(pattern: Ast): boolean {
  if (!isClass(pattern, "FUNCTION") || asText(pattern.function_name) !== "||") return false;
  const [head, tail] = asNodes(pattern.children);
  if (!head || !tail || !isClass(tail, "CONSTANT")) return false;
  const isKnown = isClass(head, "PARAMETER") || isClass(head, "CONSTANT");
  return isKnown && asNode(tail.value)?.value === "%";
}
