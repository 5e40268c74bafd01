import { quoteIdentifier } from "@/server/sql";
import type { Session } from "../measure/shadow";
import { countAll, type TableProfile } from "./check-context";

/** A format in which text holds dates or numbers, and how DuckDB parses it. */
export interface TextForm {
  holds: "dates" | "numbers";
  /** null: no type holds every value. */
  type: string | null;
  /** For people. */
  label: string;
  /** NULL where the text does not have the form. */
  parse(column: string): string;
  /** Fails where the text does not have the form; null without a type. */
  convert(column: string): string | null;
  /** A change of type the sidecar proposes and proves itself. */
  isProposed: boolean;
}

const cast = (type: "DATE" | "TIMESTAMP", form: string, label: string): TextForm => ({
  holds: "dates",
  type,
  label,
  // The cast alone takes more than it should: `2020-01-01 10:00` as a DATE loses its time.
  parse: (column) =>
    `CASE WHEN regexp_full_match(${column}, '${form}') THEN TRY_CAST(${column} AS ${type}) END`,
  convert: (column) => `CAST(${column} AS ${type})`,
  isProposed: true,
});

const format = (pattern: string, form: string, label: string): TextForm => ({
  holds: "dates",
  type: "DATE",
  label,
  parse: (column) =>
    `CASE WHEN regexp_full_match(${column}, '${form}') THEN TRY_STRPTIME(${column}, '${pattern}') END`,
  convert: (column) => `CAST(strptime(${column}, '${pattern}') AS DATE)`,
  isProposed: false,
});

/** No leading zeros: `007` is a code. A HUGEINT takes 38 digits. */
const NUMBER = "-?(0|[1-9]\\d{0,37})(\\.\\d+)?";

/** Numbers that become the given type. */
export const numberForm = (type: string | null): TextForm => ({
  holds: "numbers",
  type,
  label: "a number",
  parse: (column) =>
    `CASE WHEN regexp_full_match(${column}, '${NUMBER}') THEN TRY_CAST(${column} AS DOUBLE) END`,
  convert: (column) => (type === null ? null : `CAST(${column} AS ${type})`),
  isProposed: false,
});

/** In the order they are tried; the first that most values have is taken. */
export const TEXT_FORMS: readonly TextForm[] = [
  cast("DATE", "\\d{4}-\\d{1,2}-\\d{1,2}", "year-month-day"),
  cast("TIMESTAMP", "\\d{4}-\\d{1,2}-\\d{1,2}[ T].*", "year-month-day and time"),
  format("%d.%m.%Y", "\\d{1,2}\\.\\d{1,2}\\.\\d{4}", "day.month.year"),
  format("%d/%m/%Y", "\\d{1,2}/\\d{1,2}/\\d{4}", "day/month/year"),
  format("%m/%d/%Y", "\\d{1,2}/\\d{1,2}/\\d{4}", "month/day/year"),
  format("%Y%m%d", "(19|20)\\d{6}", "yearmonthday"),
  numberForm("DOUBLE"),
];

/** As many digits a DOUBLE gives back unchanged, whatever they are. */
const DOUBLE_DIGITS_MAX = 15;
const BIGINT_DIGITS_MAX = 18;
/** Of a DECIMAL, and of a HUGEINT. */
const DIGITS_MAX = 38;

/** Type that keeps every digit of the numbers in a text column; null where there is none. */
export async function readNumberType(
  session: Session,
  profile: TableProfile,
  column: string,
  form: TextForm,
): Promise<string | null> {
  const value = quoteIdentifier(column);
  const whole = `length(regexp_extract(${value}, '^-?0?(\\d*)', 1))`;
  const fraction = `length(regexp_extract(${value}, '\\.(\\d+)$', 1))`;
  const [digits = 0, wholeDigits = 0, fractionDigits = 0] = await countAll(
    session,
    profile.name,
    [`${whole} + ${fraction}`, whole, fraction].map(
      (count) => `max(${count}) FILTER ((${form.parse(value)}) IS NOT NULL)`,
    ),
  );
  if (digits <= DOUBLE_DIGITS_MAX) return "DOUBLE";
  if (fractionDigits === 0) return wholeDigits <= BIGINT_DIGITS_MAX ? "BIGINT" : "HUGEINT";
  const width = wholeDigits + fractionDigits;
  return width <= DIGITS_MAX ? `DECIMAL(${width},${fractionDigits})` : null;
}
