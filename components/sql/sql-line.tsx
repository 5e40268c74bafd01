import { cn } from "@/components/cn";
import { flattenSql } from "./format-sql";

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
