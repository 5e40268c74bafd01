import { foreignKeysOf } from "@/server/advisor";
import type { TableSchema } from "@/server/contracts";
import { quoteIdentifier } from "@/server/sql";

/**
 * Foreign keys of these tables to others of them, as SQL by the table's name. Of a key to its own
 * table none: DuckDB takes it only with the primary key, and the shadow makes that after loading.
 */
export function foreignKeysAmong(tables: readonly TableSchema[]): Map<string, string[]> {
  const known = new Set(tables.map(({ name }) => name.toLowerCase()));
  return new Map(
    tables.map((table) => {
      const others = foreignKeysOf(table).filter(
        ({ references }) => known.has(references) && references !== table.name.toLowerCase(),
      );
      return [table.name, others.map(({ sql }) => sql)];
    }),
  );
}

/** Tables before those whose foreign keys point to them; otherwise as they stand. */
export function inKeyOrder<T>(all: readonly T[], tableOf: (one: T) => TableSchema): T[] {
  const ordered: T[] = [];
  let waiting = [...all];
  while (waiting.length > 0) {
    const names = new Set(waiting.map((one) => tableOf(one).name.toLowerCase()));
    const isFree = (one: T) =>
      foreignKeysOf(tableOf(one)).every(
        ({ references }) =>
          !names.has(references) || references === tableOf(one).name.toLowerCase(),
      );
    const free = waiting.filter(isFree);
    // DuckDB makes no circle of keys; should a product tell of one, nothing waits for ever.
    const next = free.length > 0 ? free : waiting;
    ordered.push(...next);
    waiting = waiting.filter((one) => !next.includes(one));
  }
  return ordered;
}

/**
 * A SELECT of those rows of a source of the table's rows that no foreign key on the shadow refers to:
 * the others cannot be taken out.
 */
export function unreferencedRows(
  source: string,
  table: TableSchema,
  others: readonly TableSchema[],
): string {
  const conditions = others.flatMap((other) =>
    foreignKeysOf(other)
      .filter(({ references }) => references === table.name.toLowerCase())
      .map(({ columns, referencedColumns }) => {
        const name = quoteIdentifier(other.name);
        return `(${referencedColumns}) NOT IN (SELECT (${columns}) FROM ${name} WHERE (${columns}) IS NOT NULL)`;
      }),
  );
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(" AND ")}` : "";
  return `SELECT * FROM ${source}${where}`;
}
