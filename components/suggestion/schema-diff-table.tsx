import { cn } from "@/components/cn";
import {
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
} from "@/components/ui/table";
import type { Change, TableSchema } from "@/server/contracts";
import { diffTable } from "./schema-diff";

/** The table's columns, constraints, indexes and row order, before beside after; what changes stands out. */
export function SchemaDiffTable({ table, changes }: { table: TableSchema; changes: Change[] }) {
  const rows = diffTable(table, changes);
  const label = `${table.name} before and after`;
  return (
    <Table label={label}>
      <caption className="sr-only">{label}</caption>
      <TableHeader>
        <TableRow>
          <TableHead>Part</TableHead>
          <TableHead>Name</TableHead>
          <TableHead>Before</TableHead>
          <TableHead>After</TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {rows.map((row) => (
          <TableRow key={`${row.part}:${row.name}:${row.before}`}>
            <TableCell className="whitespace-nowrap text-muted-foreground">{row.part}</TableCell>
            <TableCell className="font-mono text-xs leading-5">{row.name}</TableCell>
            <TableCell className="font-mono text-xs leading-5">
              <span className={cn(row.isChanged && "text-negative")}>{row.before ?? "none"}</span>
            </TableCell>
            <TableCell className="font-mono text-xs leading-5">
              {row.isChanged ? (
                <ins className="rounded-sm bg-positive-soft px-1 py-0.5 text-positive no-underline">
                  {row.after ?? "none"}
                </ins>
              ) : (
                row.after
              )}
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
