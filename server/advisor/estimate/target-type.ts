import type { ColumnSchema, TableSchema, TargetType } from "@/server/contracts";

const TEXT_FORMS = [
  { name: "DATE", form: /^\d{4}-\d{2}-\d{2}$/ },
  { name: "TIMESTAMP", form: /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{1,6})?$/ },
  { name: "UUID", form: /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/ },
] as const;

const INTEGERS = [
  { name: "TINYINT", bits: 7n },
  { name: "SMALLINT", bits: 15n },
  { name: "INTEGER", bits: 31n },
  { name: "BIGINT", bits: 63n },
] as const;
const WIDTHS: Readonly<Record<string, number>> = { SMALLINT: 1, INTEGER: 2, BIGINT: 3, HUGEINT: 4 };
/** Values may grow fourfold before the narrower type overflows. */
const HEADROOM = 4n;
const ENUM_VALUES_MAX = 1000;
/** More text than this in a list of values is a sign that they are no categories. */
const ENUM_VALUE_LENGTH_MAX = 200;

/**
 * A tighter type for a column as its statistics suggest, null when none: the smallest and largest
 * text both look like a date, timestamp or UUID (the conversion itself is checked value by value
 * when the plan runs), or whole numbers fit a narrower type with headroom.
 */
export function tighterType(table: TableSchema, column: ColumnSchema): TargetType | null {
  const { min, max } = column.statistics ?? { min: null, max: null };
  if (min === null || max === null) return null;
  if (column.type === "VARCHAR") {
    const match = TEXT_FORMS.find(({ form }) => form.test(min) && form.test(max));
    return match ? { name: match.name } : null;
  }
  const width = WIDTHS[column.type.toUpperCase()];
  const isKey = table.constraints.some(
    (each) => each.type !== "NOT NULL" && each.columns.includes(column.name),
  );
  // A key grows with every row, and its partners in other tables must have the same type.
  if (width === undefined || isKey || !/^-?\d+$/.test(min) || !/^-?\d+$/.test(max)) return null;
  const fits = INTEGERS.slice(0, width).find(({ bits }) => {
    const limit = 2n ** bits;
    return BigInt(max) * HEADROOM < limit && BigInt(min) * HEADROOM >= -limit;
  });
  return fits ? { name: fits.name } : null;
}

/** ENUM of the values, in the order VARCHAR sorts them; null when they are no short closed list. */
export function enumType(column: ColumnSchema, values: string[] | undefined): TargetType | null {
  const distinct = column.statistics?.distinct_count ?? 0;
  if (column.type !== "VARCHAR" || values === undefined || values.length === 0) return null;
  if (distinct > ENUM_VALUES_MAX || values.length > ENUM_VALUES_MAX) return null;
  if (values.some((value) => value.length > ENUM_VALUE_LENGTH_MAX || value.includes("\0"))) {
    return null;
  }
  const sorted = [...new Set(values)].sort((a, b) =>
    Buffer.compare(Buffer.from(a), Buffer.from(b)),
  );
  return { name: "ENUM", values: sorted };
}
