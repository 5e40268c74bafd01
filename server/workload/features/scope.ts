import type { ColumnRef } from "../shape";

export interface KnownTable {
  name: string;
  columns: { name: string; type?: string }[];
}

/** What a name in FROM means: its columns by lower-case name, as columns of base tables. */
export interface Source {
  /** null: a column that no base column backs (an aggregate, say). */
  columns: Map<string, ColumnRef | null>;
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
  resolve(path: string[]): { ref: ColumnRef; isOuter: boolean } | null {
    const here = this.#resolveHere(path);
    if (here !== undefined) return here && { ref: here, isOuter: false };
    const beyond = this.outer?.resolve(path) ?? null;
    return beyond && { ref: beyond.ref, isOuter: true };
  }

  /** undefined: no source here has it; null: it is here but no base column. */
  #resolveHere(path: string[]): ColumnRef | null | undefined {
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
export function columnOf(source: Source, name: string): ColumnRef | null | undefined {
  const known = source.columns.get(lower(name));
  if (known !== undefined) return known;
  return source.openTable === null ? undefined : { table: source.openTable, column: name };
}

/**
 * A source whose columns are renamed, `t(a, b)`. Those of a table are told in order; of a query there
 * may be columns without a name between them, so that no base column is known to back the new names.
 */
export function renamed(source: Source, names: unknown, isOrdered = false): Source {
  if (!Array.isArray(names) || names.length === 0) return source;
  const aliases = names.map((name) => lower(String(name)));
  if (!isOrdered || source.openTable !== null) {
    return { columns: new Map(aliases.map((alias) => [alias, null])), openTable: null };
  }
  const columns = [...source.columns].map(
    ([name, ref], index) => [aliases[index] ?? name, ref] as const,
  );
  return { columns: new Map(columns), openTable: null };
}

/**
 * A table of another schema than the known ones. Names of catalogs are unknown: of two parts the first
 * is taken for a schema, of three the catalog for the product's own.
 */
export function isForeignTable(path: string[], schema: string | undefined): boolean {
  const owner = path.at(-2);
  return schema !== undefined && owner !== undefined && lower(owner) !== lower(schema);
}

/** Source of a base table, with the catalog's spelling of names where the table is known. */
export function tableSource(
  path: string[],
  { tables, schema }: { tables: readonly KnownTable[]; schema: string | undefined },
): Source {
  if (isForeignTable(path, schema)) return { columns: new Map(), openTable: path.join(".") };
  const name = path.at(-1) ?? "";
  const known = tables.find((table) => lower(table.name) === lower(name));
  if (!known) return { columns: new Map(), openTable: name };
  const columns = known.columns.map(
    (column) => [lower(column.name), { table: known.name, column: column.name }] as const,
  );
  return { columns: new Map(columns), openTable: null };
}
