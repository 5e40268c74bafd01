const TYPES = ["VARCHAR", "INTEGER", "DATE", "TIMESTAMP", "UUID", "DECIMAL(20,2)", "BIGINT"];

/** The n-th body of /agent/analyze: like the specification's example in size, never the same. */
export function variedContext(n: number): string {
  const table = `projects_${n}`;
  const columns = Array.from({ length: 4 + (n % 5) }, (_, i) => ({
    name: `column_${(n * 7 + i) % 997}_${i}`,
    type: TYPES[(n + i) % TYPES.length] ?? "VARCHAR",
    indexed: i === 0,
  }));
  const name = (i: number) => columns[i % columns.length]?.name ?? "id";
  const query_patterns = [
    { query: `SELECT * FROM ${table} WHERE ${name(n)} = ?`, frequency: 100 + (n % 50) },
    { query: `SELECT * FROM ${table} WHERE ${name(n + 1)} > ?`, frequency: 20 + (n % 30) },
    {
      query: `SELECT ${name(n + 2)}, count(*) FROM ${table} GROUP BY ${name(n + 2)}`,
      frequency: 5 + (n % 10),
    },
  ].slice(0, 2 + (n % 2));
  return JSON.stringify({
    operation_type: "schema_optimization",
    context: { table_name: table, query_patterns, current_schema: columns },
  });
}
