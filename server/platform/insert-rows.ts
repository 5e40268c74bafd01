import { getTableColumns, type SQL, sql } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";

/**
 * The start of an `insert` of many rows as one parameter: its text is the same for any number of them, and takes
 * no time to make. Rows are inserted in their order. A field that some rows lack is null in these, whatever its
 * default. For columns whose values JSON writes as PostgreSQL reads them: not for bytes. `where`: only those of
 * whose columns (as `given`) that is true.
 */
export function insertRows<Table extends PgTable>(
  table: Table,
  rows: readonly Table["$inferInsert"][],
  where: SQL = sql`true`,
): SQL {
  const columns = Object.entries(getTableColumns(table)).filter(([field]) =>
    rows.some((row) => field in row),
  );
  const named = rows.map((row) => {
    const values: Record<string, unknown> = row;
    return Object.fromEntries(columns.map(([field, { name }]) => [name, values[field]]));
  });
  const names = sql.join(
    columns.map(([, { name }]) => sql.identifier(name)),
    sql`, `,
  );
  return sql`insert into ${table} (${names})
    select ${names} from json_populate_recordset(null::${table}, ${JSON.stringify(named)}::text::json) as given
    where ${where}`;
}
