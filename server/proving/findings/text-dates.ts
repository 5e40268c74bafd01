import type { Finding } from "@/server/contracts";
import { formatCount, formatPercent, formatPlural } from "@/server/format";
import { quoteIdentifier } from "@/server/sql";
import { alterTable } from "./alter-table";
import { isInKey } from "./column-kinds";
import { countAll } from "./count";
import { makeFinding, rowsText } from "./make-finding";
import { readNumberType } from "./number-type";
import type { ColumnProfile, Subject } from "./profile";
import { numberForm, TEXT_FORMS, type TextForm } from "./text-forms";
import type { CheckContext, TableCheck } from "./types";

/** With more exceptions than this the column is text that sometimes looks like a date. */
const FORM_SHARE_MIN = 0.99;
const ROWS_MIN = 100;
const SAMPLE_ROWS = 2000;
/** Digits that are names of things, not amounts. */
const CODE_NAME = /(^|_)(id|code|key|no|nr|num|number|zip|postcode|phone|isbn|ean|sku|version)$/i;

/**
 * Text columns that hold dates or numbers. Where all values are dates as DuckDB writes them,
 * `change_type` is proposed and proved elsewhere; here are those where it would fail.
 */
export const checkTextDates: TableCheck = async (context, subject) => {
  const texts = subject.columns.filter(
    ({ column, present }) =>
      column.type === "VARCHAR" && present >= ROWS_MIN && !isInKey(subject.table, column.name),
  );
  const guesses = await guessForms(context, subject, texts);
  const found: Finding[] = [];
  for (const { profile, forms } of guesses) {
    const value = quoteIdentifier(profile.column.name);
    const counts = await countAll(
      context.session,
      subject.name,
      forms.map((form) => `count(${form.parse(value)})`),
    );
    const parsed = Math.max(...counts);
    if (parsed < FORM_SHARE_MIN * profile.present) continue;
    const unreadable = profile.present - parsed;
    const [form, other] = forms.filter((_, index) => counts[index] === parsed);
    if (form === undefined) continue;
    if (other !== undefined) {
      found.push(ambiguousFinding(subject, profile, [form, other], unreadable));
      continue;
    }
    const exact = await withAllDigits(context, subject, profile, form);
    if (unreadable > 0) found.push(mixedFinding(subject, profile, exact, unreadable));
    else if (!exact.isProposed) found.push(uniformFinding(subject, profile, exact));
  }
  return found;
};

/** As it is for dates; numbers with the type that loses no digit of theirs. */
async function withAllDigits(
  { session }: CheckContext,
  subject: Subject,
  { column }: ColumnProfile,
  form: TextForm,
): Promise<TextForm> {
  if (form.holds === "dates") return form;
  return numberForm(await readNumberType(session, subject, column.name, form));
}

/**
 * The form that most of a few values have, for each column where one does; with others that may be
 * meant as well (`01/02/2024`), which all rows together may tell apart.
 */
async function guessForms(
  { session }: CheckContext,
  subject: Subject,
  columns: readonly ColumnProfile[],
): Promise<{ profile: ColumnProfile; forms: TextForm[] }[]> {
  const every = Math.max(1, Math.round(subject.rows / SAMPLE_ROWS));
  const counts = await countAll(
    session,
    `${subject.name} WHERE hash(rowid) % ${every} = 0`,
    columns.flatMap(({ column }) => {
      const value = quoteIdentifier(column.name);
      return [`count(${value})`, ...TEXT_FORMS.map((form) => `count(${form.parse(value)})`)];
    }),
  );
  const width = TEXT_FORMS.length + 1;
  return columns.flatMap((profile, index) => {
    const [present = 0, ...parsed] = counts.slice(index * width, (index + 1) * width);
    const most = Math.max(...parsed);
    const first = TEXT_FORMS[parsed.indexOf(most)];
    if (first === undefined || most === 0 || most < 0.9 * present) return [];
    if (first.holds === "numbers" && CODE_NAME.test(profile.column.name)) return [];
    const forms = TEXT_FORMS.filter(
      (form, at) => form.holds === first.holds && (parsed[at] ?? 0) >= 0.9 * present,
    );
    return { profile, forms };
  });
}

/** Nothing in the values tells the day from the month: a conversion would be a guess. */
function ambiguousFinding(
  subject: Subject,
  profile: ColumnProfile,
  [one, other]: [TextForm, TextForm],
  unreadable: number,
) {
  const { name } = profile.column;
  const parsed = profile.present - unreadable;
  return makeFinding(subject, {
    kind: "text_dates",
    column: name,
    severity: "warning",
    title: `${subject.table.name}.${name} holds dates as text that can be read in two ways`,
    detail: `The column is text. Of ${formatCount(profile.present)} values found in ${rowsText(subject)}, ${formatCount(parsed)} are dates read as ${one.label}, and as many read as ${other.label}: which is meant, the values do not tell.`,
    values: { readable_values: parsed, unreadable_values: unreadable },
    remedy: `Ask what writes the column which form it means, then change it to ${one.type}.`,
    sql: null,
  });
}

function mixedFinding(subject: Subject, profile: ColumnProfile, form: TextForm, count: number) {
  const { name } = profile.column;
  const type = form.type ?? "a number";
  const value = quoteIdentifier(name);
  return makeFinding(subject, {
    kind: "text_dates",
    column: name,
    severity: "warning",
    title: `${formatPlural(count, "value")} of ${subject.table.name}.${name} ${count === 1 ? "keeps" : "keep"} it from becoming ${type}`,
    detail: `The column is text and holds ${form.holds}, written as ${form.label}, in all but ${formatCount(count)} of ${rowsText(subject)} (${formatPercent(count / subject.rows)}). Comparisons and sorting go by letters, every calculation converts row by row, and a change of type fails on these values.`,
    values: { unreadable_values: count, readable_values: profile.present - count },
    remedy:
      form.type === null
        ? "Correct the values that the query lists. No number type holds every digit of the others."
        : `Correct the values that the query lists, then change the column to ${form.type}.`,
    sql: `SELECT * FROM ${subject.name} WHERE ${value} IS NOT NULL AND (${form.parse(value)}) IS NULL LIMIT 100`,
  });
}

function uniformFinding(subject: Subject, profile: ColumnProfile, form: TextForm) {
  const { name } = profile.column;
  const value = quoteIdentifier(name);
  const converted = form.convert(value);
  return makeFinding(subject, {
    kind: "text_dates",
    column: name,
    severity: "info",
    title: `${subject.table.name}.${name} holds ${form.holds} as text`,
    detail: `All ${formatCount(profile.present)} values found in ${rowsText(subject)} are ${form.holds}, written as ${form.label}. As text they are compared and sorted by letters, and every calculation converts row by row.`,
    values: { readable_values: profile.present },
    remedy:
      converted === null
        ? "No number type holds every digit of them: leave the text, or round what need not be exact."
        : `Change the column to ${form.type}; what writes to it and what reads it as text must change with it.`,
    sql:
      converted === null
        ? null
        : alterTable(
            subject.table,
            [
              `ALTER TABLE ${subject.name} ALTER ${value} SET DATA TYPE ${form.type} USING ${converted}`,
            ],
            [name],
          ),
  });
}
