import { tooLarge } from "./read-answer";

/** Of DuckDB's parse tree. */
export type Node = Record<string, unknown>;

export const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const constantOf = (node: unknown): unknown =>
  isNode(node) && node.class === "CONSTANT" && isNode(node.value) ? node.value.value : undefined;

/** Functions that make as much text as a number asks for, and where that number stands. */
const GROWING: ReadonlySet<string> = new Set(["repeat", "lpad", "rpad"]);

/** Characters that an expression is known to make, at least; 0 where that is not known from its text. */
function sizeOf(node: unknown): number {
  const constant = constantOf(node);
  if (typeof constant === "string") return constant.length;
  if (!isNode(node)) return 0;
  if (node.class === "CAST") return sizeOf(node.child);
  const parts = Array.isArray(node.children) ? node.children : [];
  if (GROWING.has(String(node.function_name))) {
    const count = Number(constantOf(parts[1]) ?? 1);
    return node.function_name === "repeat" ? Math.max(1, sizeOf(parts[0])) * count : count;
  }
  const isJoined = node.function_name === "||" || node.function_name === "concat";
  return isJoined ? parts.reduce<number>((sum, part) => sum + sizeOf(part), 0) : 0;
}

/**
 * Throws `too_large` for an expression that makes more text than an answer may have: DuckDB would make it
 * several times over (constants are computed while the query is planned) before a byte could be counted.
 */
export function assertBoundedText(node: Node, bytesMax: number): void {
  if (sizeOf(node) > bytesMax) throw tooLarge();
}
