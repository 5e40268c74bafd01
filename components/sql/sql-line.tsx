import { cn } from "@/components/cn";

/** SQL in one line, for rows of a table. */
export function flattenSql(sql: string): string {
  return sql.replace(/\s+/g, " ").trim();
}

/** SQL in a table cell: at most two lines, all of it as the title. */
export function SqlLine({ sql, className }: { sql: string; className?: string }) {
  const text = flattenSql(sql);
  return (
    <code
      title={text}
      className={cn("line-clamp-2 min-w-56 font-mono text-xs break-words", className)}
    >
      {text}
    </code>
  );
}
