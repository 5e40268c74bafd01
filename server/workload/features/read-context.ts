import { type Ast, asText, descend, isClass } from "../ast";
import type { ColumnRef, FilterFeature, JoinFeature, QueryShape } from "../shape";
import { type Backing, backingRefs, type KnownTable, type Scope } from "./scope";

/** What every reader of a part of the tree is handed. */
export interface ReadContext {
  sink: FeatureSink;
  tables: readonly KnownTable[];
  /** Of all the known tables; undefined: not told, so that a name says enough. */
  schema: string | undefined;
  aggregates: ReadonlySet<string>;
  /** What was visible in each query that was read. */
  scopes: WeakMap<Ast, Scope>;
}

export function columnPath(node: Ast): string[] {
  return Array.isArray(node.column_names) ? node.column_names.map(asText) : [];
}

/** Base columns of this SELECT (outer ones only when asked) named anywhere in an expression. */
export function columnsIn(value: unknown, scope: Scope, withOuter = false): ColumnRef[] {
  const refs = namedIn(value, scope, withOuter).flatMap(backingRefs);
  return [...new Map(refs.map((ref) => [JSON.stringify(ref), ref])).values()];
}

/** As `columnsIn`, but what a UNION hands on as one column is one. */
export function namedIn(value: unknown, scope: Scope, withOuter = false): Backing[] {
  const refs = new Map<string, Backing>();
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

const plain = ({ table, column }: ColumnRef): ColumnRef => ({ table, column });

/** Collects features in order of appearance, each once. */
export class FeatureSink {
  readonly tables = new Set<string>();
  readonly aggregates = new Set<string>();
  readonly #filters = new Map<string, FilterFeature>();
  readonly #joins = new Map<string, JoinFeature>();
  readonly #refs = {
    groupBy: new Map<string, ColumnRef>(),
    orderBy: new Map<string, ColumnRef>(),
    projected: new Map<string, ColumnRef>(),
  };
  /** For each SELECT whose ORDER BY begins with a column itself: that column. */
  readonly orderedFirstBy = new Map<Ast, ColumnRef>();
  /** Tables of which some ORDER BY … LIMIT takes the first rows by a column. */
  readonly topTables = new Set<string>();
  selectsStar = false;
  limit: number | null = null;

  filter(feature: FilterFeature): void {
    this.#filters.set(JSON.stringify(feature), feature);
  }

  /** Columns that are joined somewhere are joined, wherever else membership is asked of them. */
  join(left: ColumnRef, right: ColumnRef, isMembership = false): void {
    const sides = { left: plain(left), right: plain(right) };
    const key = JSON.stringify([sides.left, sides.right]);
    if (isMembership && this.#joins.has(key)) return;
    this.#joins.set(key, isMembership ? { ...sides, isMembership } : sides);
  }

  column(role: "groupBy" | "orderBy" | "projected", ref: ColumnRef): void {
    this.#refs[role].set(JSON.stringify([ref.table, ref.column]), plain(ref));
  }

  features(): Omit<QueryShape, "fingerprint" | "sql" | "kind" | "isParsed" | "parameterCount"> {
    return {
      tables: [...this.tables],
      filters: [...this.#filters.values()],
      joins: [...this.#joins.values()],
      groupBy: [...this.#refs.groupBy.values()],
      orderBy: [...this.#refs.orderBy.values()],
      projected: [...this.#refs.projected.values()],
      selectsStar: this.selectsStar,
      aggregates: [...this.aggregates],
      limit: this.limit,
    };
  }
}
