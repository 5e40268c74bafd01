/**
 * Is the name a word of an SQL text, in whatever case? It may be another table's column of that
 * name, so this finds too much rather than too little.
 */
export function holdsWord(sql: string, name: string): boolean {
  const written = name.toLowerCase().replaceAll('"', '""');
  const pattern = written.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  return new RegExp(`(?<![\\p{L}\\p{N}_])${pattern}(?![\\p{L}\\p{N}_])`, "u").test(
    sql.toLowerCase(),
  );
}
