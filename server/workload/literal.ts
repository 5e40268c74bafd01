import { type Ast, asNode, asNodes, asText, isClass } from "./ast";
import { exactNumberText } from "./engine";

type Scalar = string | number | boolean | null;

/** A literal as a parameter: the value that is bound, and the cast that gives it its type back. */
export interface TypedLiteral {
  value: Scalar;
  /** null: bound as it is, the value has the type (and the freedom) that the literal had. */
  castType: Ast | null;
}

/**
 * A CONSTANT node as a parameter; undefined when it must stay a literal (NULL, or a value that JSON
 * cannot carry).
 *
 * DuckDB plans by the types of literals: `id = 5.0` casts a BIGINT column row by row, where `id = '5.0'`
 * would cast the text once. So whatever does not arrive with its own type (texts and whole numbers do)
 * is bound as text or number under a cast to that type.
 */
export function typedLiteral(constant: Ast): TypedLiteral | undefined {
  const value = asNode(constant.value);
  if (value === null || value.is_null === true) return undefined;
  const type = asNode(value.type);
  if (type === null) return undefined;
  switch (asText(type.id)) {
    case "VARCHAR":
      return typeof value.value === "string" ? { value: value.value, castType: null } : undefined;
    case "BOOLEAN":
      return typeof value.value === "boolean" ? { value: value.value, castType: null } : undefined;
    case "DECIMAL":
      return under(type, decimalText(value));
    case "HUGEINT":
    case "UHUGEINT":
      return under(type, hugeText(value.value));
    case "FLOAT":
    case "DOUBLE":
      return under(type, finiteNumber(exactNumberText(value.value)));
    default:
      return wholeNumber(type, exactNumberText(value.value));
  }
}

const under = (castType: Ast, value: Scalar | undefined): TypedLiteral | undefined =>
  value === undefined ? undefined : { value, castType };

function finiteNumber(text: string | null): number | undefined {
  const number = Number(text ?? Number.NaN);
  return Number.isFinite(number) ? number : undefined;
}

/** DuckDB chooses the width of a whole number by its value, bound or written. */
function wholeNumber(type: Ast, text: string | null): TypedLiteral | undefined {
  if (text === null || !/^-?\d+$/.test(text)) return undefined;
  const number = Number(text);
  return Number.isSafeInteger(number) ? { value: number, castType: null } : under(type, text);
}

function decimalText(value: Ast): string | undefined {
  const info = asNode(asNode(value.type)?.type_info);
  const scale = typeof info?.scale === "number" ? info.scale : 0;
  const unscaled = exactNumberText(value.value) ?? hugeText(value.value);
  if (unscaled === undefined || !/^-?\d+$/.test(unscaled)) return undefined;
  const sign = unscaled.startsWith("-") ? "-" : "";
  const digits = unscaled.replace("-", "").padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  return scale === 0 ? sign + whole : `${sign}${whole}.${digits.slice(-scale)}`;
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
