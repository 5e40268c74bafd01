import type { ColumnRef } from "../shape";

export interface KnownTable {
  name: string;
  columns: { name: string; type?: string }[];
}

/** The base column that backs a name, and those of the further queries of a UNION. */
export interface Backing extends ColumnRef {
  others?: ColumnRef[];
}

/** What a name in FROM means: its columns by lower-case name, as columns of base tables. */
export interface Source {
  /** null: a column that no base column backs (an aggregate, say). */
  columns: Map<string, Backing | null>;
  /** All columns in their order; left out where it is not known. */
  inOrder?: { name: string; ref: Backing | null }[];
  /** Base table with unknown columns; any name may be one of its columns. */
  openTable: string | null;
}

/** Names visible in one SELECT; outer SELECTs are searched afterwards (correlated subqueries). */
export class Scope {
  readonly sources = new Map<string, Source>();
  readonly ctes = new Map<string, Source>();
  /**
   * Columns that JOIN … USING makes one of several, by lower-case name: the source they come from; null
   * where either may give the value.
   */
  readonly merged = new Map<string, Source | null>();
  #unnamed = 0;
  constructor(readonly outer: Scope | null) {}

  add(alias: string, source: Source): void {
    this.#unnamed += 1;
    this.sources.set(alias === "" ? `unnamed ${this.#unnamed}` : alias.toLowerCase(), source);
  }

  findCte(name: string): Source | undefined {
    return this.ctes.get(name.toLowerCase()) ?? this.outer?.findCte(name);
  }

  /** The base column a path (`a`, `t.a`, `schema.t.a`) names; null when unknown or ambiguous. */
  resolve(path: string[]): { ref: Backing; isOuter: boolean } | null {
    const here = this.#resolveHere(path);
    if (here !== undefined) return here && { ref: here, isOuter: false };
    const beyond = this.outer?.resolve(path) ?? null;
    return beyond && { ref: beyond.ref, isOuter: true };
  }

  /** undefined: no source here has it; null: it is here but no base column. */
  #resolveHere(path: string[]): Backing | null | undefined {
    for (let index = path.length - 2; index >= 0; index--) {
      const source = this.sources.get((path[index] ?? "").toLowerCase());
      if (source) return columnOf(source, path[index + 1] ?? "");
    }
    const name = path[0] ?? "";
    const merged = this.merged.get(lower(name));
    if (merged !== undefined) return merged && columnOf(merged, name);
    const owners = [...this.sources.values()].filter((each) => each.columns.has(lower(name)));
    if (owners.length === 1 && owners[0]) return columnOf(owners[0], name);
    if (owners.length > 1) return null;
    const open = [...this.sources.values()].filter((each) => each.openTable !== null);
    return open.length === 1 && open[0] ? columnOf(open[0], name) : undefined;
  }
}

const lower = (name: string): string => name.toLowerCase();

/** undefined: the source has no such column; null: it has, but no base column backs it. */
export function columnOf(source: Source, name: string): Backing | null | undefined {
  const known = source.columns.get(lower(name));
  if (known !== undefined) return known;
  return source.openTable === null ? undefined : { table: source.openTable, column: name };
}

/** A source whose columns are renamed, `t(a, b)`; where their order is not known, nothing backs the new names. */
export function renamed(source: Source, names: unknown): Source {
  if (!Array.isArray(names) || names.length === 0) return source;
  const aliases = names.map((name) => lower(String(name)));
  if (source.inOrder === undefined) {
    return { columns: new Map(aliases.map((alias) => [alias, null])), openTable: null };
  }
  const inOrder = source.inOrder.map(({ name, ref }, index) => {
    return { name: aliases[index] ?? name, ref };
  });
  return { columns: byName(inOrder), inOrder, openTable: null };
}

/**
 * A table of another schema than the known ones. Names of catalogs are unknown: of two parts the first
 * is taken for a schema, of three the catalog for the product's own.
 */
export function isForeignTable(path: string[], schema: string | undefined): boolean {
  const owner = path.at(-2);
  return schema !== undefined && owner !== undefined && lower(owner) !== lower(schema);
}

/** Of a table in another schema: in quotes where a known table's own name reads the same. */
export function foreignName(path: string[], tables: readonly KnownTable[]): string {
  const name = path.join(".");
  const isTaken = tables.some((table) => lower(table.name) === lower(name));
  return isTaken ? path.map((part) => `"${part.replaceAll('"', '""')}"`).join(".") : name;
}

/** Source of a base table, with the catalog's spelling of names where the table is known. */
export function tableSource(
  path: string[],
  { tables, schema }: { tables: readonly KnownTable[]; schema: string | undefined },
): Source {
  if (isForeignTable(path, schema)) {
    return { columns: new Map(), openTable: foreignName(path, tables) };
  }
  const name = path.at(-1) ?? "";
  const known = tables.find((table) => lower(table.name) === lower(name));
  if (!known) return { columns: new Map(), openTable: name };
  const inOrder = known.columns.map(({ name: column }) => {
    return { name: lower(column), ref: { table: known.name, column } };
  });
  return { columns: byName(inOrder), inOrder, openTable: null };
}

/** Of two columns of a name the first is meant. */
const byName = (inOrder: NonNullable<Source["inOrder"]>): Source["columns"] =>
  new Map([...inOrder].reverse().map(({ name, ref }) => [name, ref]));

/**
 * Columns of UNION, EXCEPT or INTERSECT: named by the first query, backed by the columns of all in the
 * same place, since DuckDB applies a filter on the result to each of them.
 */
export function combined(sources: readonly Source[]): Source {
  const [first, ...rest] = sources.map(({ inOrder }) => inOrder);
  const isKnown = rest.every((each) => each !== undefined && each.length === first?.length);
  if (!first || !isKnown) return { columns: new Map(), openTable: null };
  const inOrder = first.map(({ name, ref }, index) => {
    const backing = [ref, ...rest.map((each) => each?.[index]?.ref)].flatMap((each) => each ?? []);
    const [own, ...others] = backing.flatMap(backingRefs);
    const refs = others.length > 0 ? { others } : {};
    return { name, ref: own ? { ...own, ...refs } : null };
  });
  return { columns: byName(inOrder), inOrder, openTable: null };
}

/** Every base column behind a name. */
export const backingRefs = ({ table, column, others = [] }: Backing): ColumnRef[] => [
  { table, column },
  ...others,
];
