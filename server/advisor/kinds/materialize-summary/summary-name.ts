import type { TableSchema } from "@/server/contracts";
import { SUMMARY_PREFIX } from "../../table-schema";
import type { SummaryGroup } from "./groups";

const LENGTH_MAX = 60;

/** `summary_<table>_<keys>`, shortened by a hash when long, numbered when taken (any letter case). */
export function summaryName(
  table: TableSchema,
  group: SummaryGroup,
  taken: ReadonlySet<string>,
): string {
  const keys = group.keys.length > 0 ? group.keys.map((key) => key.name) : ["total"];
  const full = [SUMMARY_PREFIX + table.name, ...keys].join("_");
  const isLong = full.length > LENGTH_MAX;
  const base = isLong ? `${full.slice(0, LENGTH_MAX - 9)}_${hashText(full)}` : full;
  let name = base;
  for (let number = 2; taken.has(name.toLowerCase()); number++) {
    name = `${base.slice(0, LENGTH_MAX - 3)}_${number}`;
  }
  return name;
}

/** FNV-1a of 32 bits, 8 hexadecimal digits: tells long names apart, and nothing more. */
function hashText(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, "0");
}

/**
 * A summary of the table that holds all of it already, by the names of its columns. One that may be
 * another table's (`summary_sales_eu_day`, of sales or of sales_eu) is none.
 */
export function existingSummary(
  table: TableSchema,
  needs: Pick<SummaryGroup, "keys" | "measures">,
  tables: readonly TableSchema[],
): string | null {
  const names = [...needs.keys, ...needs.measures].map((part) => part.name);
  const isOf = (summary: TableSchema, { name }: TableSchema): boolean =>
    summary.name.startsWith(`${SUMMARY_PREFIX}${name}_`);
  const longer = tables.filter(({ name }) => name.startsWith(`${table.name}_`));
  const holds = (each: TableSchema): boolean =>
    isOf(each, table) &&
    !longer.some((other) => isOf(each, other)) &&
    names.every((name) => each.columns.some((column) => column.name === name));
  return tables.find(holds)?.name ?? null;
}
