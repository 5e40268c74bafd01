import { type Ast, asText, descend, isClass } from "../ast";
import type { ColumnRef } from "../shape";
import type { FeatureSink } from "./feature-sink";
import type { KnownTable, Scope } from "./scope";

/** What every reader of a part of the tree is handed. */
export interface ReadContext {
  sink: FeatureSink;
  tables: readonly KnownTable[];
  /** Of all the known tables; undefined: not told, so that a name says enough. */
  schema: string | undefined;
  aggregates: ReadonlySet<string>;
}

export function columnPath(node: Ast): string[] {
  return Array.isArray(node.column_names) ? node.column_names.map(asText) : [];
}

/** Base columns of this SELECT (outer ones only when asked) named anywhere in an expression. */
export function columnsIn(value: unknown, scope: Scope, withOuter = false): ColumnRef[] {
  const refs = new Map<string, ColumnRef>();
  for (const node of descend(value)) {
    if (!isClass(node, "COLUMN_REF")) continue;
    const found = scope.resolve(columnPath(node));
    if (found && (withOuter || !found.isOuter)) refs.set(JSON.stringify(found.ref), found.ref);
  }
  return [...refs.values()];
}

export function parametersIn(value: unknown): number[] {
  const numbers = new Set<number>();
  for (const node of descend(value)) {
    if (isClass(node, "PARAMETER")) numbers.add(Number(node.identifier));
  }
  return [...numbers];
}
