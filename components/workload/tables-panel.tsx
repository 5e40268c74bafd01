"use client";
import { useQuery } from "@tanstack/react-query";
import { Empty } from "@/components/common/blocks";
import { QueryError } from "@/components/common/query-states";
import { useCan } from "@/components/shell/session";
import { useTRPC } from "@/components/trpc/client";
import { Badge } from "@/components/ui/badge";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import {
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
} from "@/components/ui/table";
import type { ColumnSchema, TableSchema } from "@/server/contracts";
import { formatBytes, formatPercent, formatPlural } from "@/server/format";
import { describeDistinct } from "./describe-distinct";
import { TestChange } from "./test-change";

export function TablesPanel() {
  const trpc = useTRPC();
  const query = useQuery(trpc.product.overview.queryOptions());
  const canTest = useCan("suggestion.analyze");
  if (query.isPending) return <Skeleton className="h-96 rounded-lg" />;
  if (query.isError && query.data === undefined) {
    return <QueryError error={query.error} onRetry={() => void query.refetch()} />;
  }
  const tables = query.data?.schema?.tables ?? [];
  if (tables.length === 0) {
    return <Empty title="No tables yet">The schema is read when the product responds.</Empty>;
  }
  return (
    <div className="grid gap-5">
      {canTest ? (
        <div>
          <TestChange tables={tables} />
        </div>
      ) : null}
      {tables.map((table) => (
        <TableCard key={table.name} table={table} />
      ))}
    </div>
  );
}

function TableCard({ table }: { table: TableSchema }) {
  return (
    <section aria-label={`Table ${table.name}`} className="min-w-0">
      <Card>
        <CardHeader>
          <CardTitle className="font-mono">{table.name}</CardTitle>
          <CardDescription>
            {formatPlural(table.row_count, "row")}, {formatBytes(table.estimated_bytes)}
          </CardDescription>
        </CardHeader>
        <CardContent className="grid gap-4">
          <ColumnsTable table={table} />
          <Structures table={table} />
        </CardContent>
      </Card>
    </section>
  );
}

function ColumnsTable({ table }: { table: TableSchema }) {
  return (
    <Table label={`Columns of ${table.name}`}>
      <TableHeader>
        <TableRow>
          <TableHead>Column</TableHead>
          <TableHead>Type</TableHead>
          <TableHead className="text-right">Distinct (≈ estimated)</TableHead>
          <TableHead className="text-right">Nulls</TableHead>
          <TableHead>Min</TableHead>
          <TableHead>Max</TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {table.columns.map((column) => (
          <ColumnRow key={column.name} table={table} column={column} />
        ))}
      </TableBody>
    </Table>
  );
}

function ColumnRow({ table, column }: { table: TableSchema; column: ColumnSchema }) {
  const { statistics } = column;
  return (
    <TableRow>
      <TableCell className="font-mono text-xs leading-5">{column.name}</TableCell>
      <TableCell className="max-w-56 truncate font-mono text-xs leading-5" title={column.type}>
        {column.type}
        {column.nullable ? "" : " not null"}
      </TableCell>
      <TableCell className="text-right">{describeDistinct(table, column)}</TableCell>
      <TableCell className="text-right">
        {statistics === null ? "–" : formatPercent(statistics.null_fraction)}
      </TableCell>
      <TableCell
        className="max-w-40 truncate text-xs leading-5"
        title={statistics?.min ?? undefined}
      >
        {statistics?.min ?? "–"}
      </TableCell>
      <TableCell
        className="max-w-40 truncate text-xs leading-5"
        title={statistics?.max ?? undefined}
      >
        {statistics?.max ?? "–"}
      </TableCell>
    </TableRow>
  );
}

function Structures({ table }: { table: TableSchema }) {
  const keys = table.constraints.filter(({ type }) => type !== "NOT NULL");
  if (table.indexes.length === 0 && keys.length === 0) {
    return <p className="text-sm text-muted-foreground">No indexes or keys.</p>;
  }
  return (
    <ul className="grid gap-1.5 text-sm">
      {keys.map((constraint) => (
        <li key={constraint.sql} className="flex flex-wrap items-center gap-2">
          <Badge>{constraint.type.toLowerCase()}</Badge>
          <code className="font-mono text-xs break-all">{constraint.sql}</code>
        </li>
      ))}
      {table.indexes.map((index) => (
        <li key={index.name} className="flex flex-wrap items-center gap-2">
          <Badge tone="info">{index.is_unique ? "unique index" : "index"}</Badge>
          <code className="font-mono text-xs break-all">
            {index.name} ({index.columns.join(", ")})
          </code>
        </li>
      ))}
    </ul>
  );
}
