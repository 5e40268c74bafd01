import type { IndexSchema, TableSchema } from "@/server/contracts";
import { quoteIdentifier, quoteLiteral } from "@/server/sql";
import { createIndexSql } from "./table-parts";

/** Comments that a table written anew has lost, as far as the product tells them. */
export function commentsSql(table: TableSchema): string[] {
  const name = quoteIdentifier(table.name);
  const columns = table.columns.flatMap((column) =>
    comment(`COLUMN ${name}.${quoteIdentifier(column.name)}`, column.comment),
  );
  return [...comment(`TABLE ${name}`, table.comment), ...columns];
}

/** The index as it was, its comment included. */
export function restoreIndexSql(table: TableSchema, index: IndexSchema): string[] {
  return [createIndexSql(table, index), ...indexCommentSql(index)];
}

/** The comment of an index that was made anew. */
export function indexCommentSql({ name, comment: text }: IndexSchema): string[] {
  return comment(`INDEX ${quoteIdentifier(name)}`, text);
}

function comment(on: string, text: string | null | undefined): string[] {
  return typeof text === "string" ? [`COMMENT ON ${on} IS ${quoteLiteral(text)};`] : [];
}
