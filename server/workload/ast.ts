/** A node of DuckDB's serialized syntax tree (json_serialize_sql). Untrusted shape: read by helpers. */
export type Ast = Record<string, unknown>;

export function asNode(value: unknown): Ast | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Ast)
    : null;
}

export function asNodes(value: unknown): Ast[] {
  if (!Array.isArray(value)) return [];
  return value.map(asNode).filter((node) => node !== null);
}

export function asText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function isClass(node: Ast | null, name: string): node is Ast & { class: string } {
  return node !== null && node.class === name;
}

/** The value of a constant; undefined: the node is none. */
export const constantOf = (node: Ast | undefined): unknown =>
  isClass(node ?? null, "CONSTANT") ? asNode(node?.value)?.value : undefined;

/**
 * Every node below (and with) this one, parents first, in tree order. A stack of its own instead of
 * nested generators, which cost each node once more for every level it lies below.
 */
export function descend(value: unknown): Generator<Ast> {
  return walk(value, Object.values);
}

/** Expressions of one SELECT alone: subqueries are met, not entered. */
export function ownExpressions(value: unknown): Generator<Ast> {
  return walk(value, (node) => (isClass(node, "SUBQUERY") ? [node.child] : Object.values(node)));
}

function* walk(value: unknown, childrenOf: (node: Ast) => unknown[]): Generator<Ast> {
  const stack = [value];
  while (stack.length > 0) {
    const next = stack.pop();
    const node = asNode(next);
    // Who receives a node may change it: what is below is read afterwards.
    if (node !== null) yield node;
    const below = Array.isArray(next) ? next : node === null ? [] : childrenOf(node);
    for (let index = below.length - 1; index >= 0; index--) {
      const child: unknown = below[index];
      if (typeof child === "object" && child !== null) stack.push(child);
    }
  }
}

// DuckDB's parser hands these over as column names; the binder finds out that they are none.
const CLOCK_NAMES =
  /^(current_(date|time|timestamp|user|role|schema|catalog)|localtime|localtimestamp|user)$/i;

export function hasColumn(value: unknown): boolean {
  for (const node of descend(value)) {
    if (node.class !== "COLUMN_REF") continue;
    const path = Array.isArray(node.column_names) ? node.column_names : [];
    if (path.length !== 1 || !CLOCK_NAMES.test(asText(path[0]))) return true;
  }
  return false;
}

/** A literal or parameter, possibly under casts (`DATE '2020-01-01'` is a cast of a literal). */
export function isValue(node: Ast | null): boolean {
  if (isClass(node, "CAST")) return isValue(asNode(node.child));
  return isClass(node, "CONSTANT") || isClass(node, "PARAMETER");
}
