import { duckdb, formatDialect } from "sql-formatter";

/** SQL laid out for reading. Text the formatter cannot read is shown as it came. */
export function formatSql(sql: string): string {
  try {
    return formatDialect(sql, {
      dialect: duckdb,
      keywordCase: "upper",
      paramTypes: { numbered: ["$"] },
      expressionWidth: 72,
      linesBetweenQueries: 1,
    });
  } catch {
    return sql;
  }
}
