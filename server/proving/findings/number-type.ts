import { quoteIdentifier } from "@/server/sql";
import type { Session } from "../measure/shadow";
import { countAll } from "./count";
import type { Subject } from "./profile";
import type { TextForm } from "./text-forms";

/** As many digits a DOUBLE gives back unchanged, whatever they are. */
const DOUBLE_DIGITS_MAX = 15;
const BIGINT_DIGITS_MAX = 18;
/** Of a DECIMAL, and of a HUGEINT. */
const DIGITS_MAX = 38;

/** Type that keeps every digit of the numbers in a text column; null where there is none. */
export async function readNumberType(
  session: Session,
  subject: Subject,
  column: string,
  form: TextForm,
): Promise<string | null> {
  const value = quoteIdentifier(column);
  const whole = `length(regexp_extract(${value}, '^-?0?(\\d*)', 1))`;
  const fraction = `length(regexp_extract(${value}, '\\.(\\d+)$', 1))`;
  const [digits = 0, wholeDigits = 0, fractionDigits = 0] = await countAll(
    session,
    subject.name,
    [`${whole} + ${fraction}`, whole, fraction].map(
      (count) => `max(${count}) FILTER ((${form.parse(value)}) IS NOT NULL)`,
    ),
  );
  if (digits <= DOUBLE_DIGITS_MAX) return "DOUBLE";
  if (fractionDigits === 0) return wholeDigits <= BIGINT_DIGITS_MAX ? "BIGINT" : "HUGEINT";
  const width = wholeDigits + fractionDigits;
  return width <= DIGITS_MAX ? `DECIMAL(${width},${fractionDigits})` : null;
}
