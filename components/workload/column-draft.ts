import type { AddColumnChange, TableSchema } from "@/server/contracts";

/** A new column as a form holds it. */
export interface ColumnDraft {
  table: string;
  column: string;
  type: string;
  /** Empty: none. */
  default: string;
  isRequired: boolean;
  /** Label of a key; empty: none. */
  references: string;
  reason: string;
}

/** A column that a foreign key may refer to. */
interface KeyColumn {
  label: string;
  table: string;
  column: string;
}

/** Primary keys and UNIQUE columns of the other tables. */
export function keysOf(tables: readonly TableSchema[], own: string): KeyColumn[] {
  return tables
    .filter(({ name }) => name !== own)
    .flatMap(({ name: table, constraints }) => {
      const single = constraints.flatMap(({ type, columns: [column, ...others] }) =>
        /^(PRIMARY KEY|UNIQUE)$/.test(type) && column !== undefined && others.length === 0
          ? [column]
          : [],
      );
      return [...new Set(single)].map((column) => ({ label: `${table}.${column}`, table, column }));
    });
}

/** The change that the form asks for; DuckDB casts the default's text to the column's type. */
export function toAddColumn(draft: ColumnDraft, keys: readonly KeyColumn[]): AddColumnChange {
  const key = keys.find(({ label }) => label === draft.references);
  return {
    kind: "add_column",
    table: draft.table,
    column: draft.column.trim(),
    type: draft.type.trim(),
    default: draft.default === "" ? null : draft.default,
    is_required: draft.isRequired,
    references: key === undefined ? null : { table: key.table, column: key.column },
  };
}
