import { type Ast, asNode, asNodes, asText, isClass } from "./ast";

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
