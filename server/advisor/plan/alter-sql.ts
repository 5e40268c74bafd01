import type { TableSchema } from "@/server/contracts";
import { quoteIdentifier } from "@/server/sql";
import { checkedType } from "./confined";
import { unlockSql } from "./lock-sql";
import type { TableChanges } from "./table-changes";
import { alterTypeSql, targetTypeSql } from "./types-sql";

const alter = (table: TableSchema): string => `ALTER TABLE ${quoteIdentifier(table.name)}`;

/**
 * Changes the table in place, its secondary indexes dropped before. SET NOT NULL and ADD PRIMARY KEY
 * read all rows and fail by themselves when the data do not satisfy them (checked on DuckDB 1.5.6, also after
 * a restart that replays the log). The revert of a primary key is a rebuild: DuckDB cannot drop one.
 */
export function alterSql({ table, types, constraints }: TableChanges): string[] {
  const columnsOf = (kind: string): string[] =>
    constraints.flatMap((each) => (each.constraint === kind ? each.columns : []));
  const key = columnsOf("PRIMARY KEY").map(quoteIdentifier);
  return [
    ...types.map((each) => alterTypeSql(table.name, each.column, targetTypeSql(each.to))),
    ...columnsOf("NOT NULL").map(
      (name) => `${alter(table)} ALTER COLUMN ${quoteIdentifier(name)} SET NOT NULL;`,
    ),
    unlockSql(table),
    ...(key.length > 0 ? [`${alter(table)} ADD PRIMARY KEY (${key.join(", ")});`] : []),
  ];
}

/** Back again: former types, NULL allowed. */
export function alterBackSql({ table, types, constraints }: TableChanges): string[] {
  const filled = constraints.flatMap((each) => each.columns);
  return [
    ...types.map((change) => {
      const column = table.columns.find((each) => each.name === change.column);
      return alterTypeSql(table.name, change.column, checkedType(column?.type ?? change.from));
    }),
    ...filled.map((name) => `${alter(table)} ALTER COLUMN ${quoteIdentifier(name)} DROP NOT NULL;`),
    unlockSql(table),
  ];
}
