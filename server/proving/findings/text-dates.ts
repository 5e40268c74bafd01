import { formatCount, formatPercent, plural, quoteIdentifier } from "@/server/advisor";
import type { Finding } from "@/server/contracts";
import { alterTable } from "./alter-table";
import { isInKey } from "./column-kinds";
import { countAll } from "./count";
import { makeFinding, rowsText } from "./make-finding";
import type { ColumnProfile, Subject } from "./profile";
import { TEXT_FORMS, type TextForm } from "./text-forms";
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
  const forms = await guessForms(context, subject, texts);
  const found: Finding[] = [];
  for (const { profile, form } of forms) {
    const value = quoteIdentifier(profile.column.name);
    const [parsed = 0] = await countAll(context.session, subject.name, [
      `count(${form.parse(value)})`,
    ]);
    const unreadable = profile.present - parsed;
    if (parsed < FORM_SHARE_MIN * profile.present) continue;
    if (unreadable > 0) found.push(mixedFinding(subject, profile, form, unreadable));
    else if (!form.isProposed) found.push(uniformFinding(subject, profile, form));
  }
  return found;
};

/** The form that most of a few values have, for each column where one does. */
async function guessForms(
  { session }: CheckContext,
  subject: Subject,
  columns: readonly ColumnProfile[],
): Promise<{ profile: ColumnProfile; form: TextForm }[]> {
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
    const form = TEXT_FORMS[parsed.indexOf(most)];
    if (form === undefined || most === 0 || most < 0.9 * present) return [];
    if (form.type === "DOUBLE" && CODE_NAME.test(profile.column.name)) return [];
    return { profile, form };
  });
}

function mixedFinding(subject: Subject, profile: ColumnProfile, form: TextForm, count: number) {
  const { name } = profile.column;
  const value = quoteIdentifier(name);
  return makeFinding(subject, {
    kind: "text_dates",
    column: name,
    severity: "warning",
    title: `${plural(count, "value")} of ${subject.table.name}.${name} ${count === 1 ? "keeps" : "keep"} it from becoming ${form.type}`,
    detail: `The column is text and holds ${kindOf(form)}, written as ${form.label}, in all but ${formatCount(count)} of ${rowsText(subject)} (${formatPercent(count / subject.rows)}). Comparisons and sorting go by letters, every calculation converts row by row, and a change of type fails on these values.`,
    values: { unreadable_values: count, readable_values: profile.present - count },
    remedy: `Correct the values that the query lists, then change the column to ${form.type}.`,
    sql: `SELECT * FROM ${subject.name} WHERE ${value} IS NOT NULL AND (${form.parse(value)}) IS NULL LIMIT 100`,
  });
}

function uniformFinding(subject: Subject, profile: ColumnProfile, form: TextForm) {
  const { name } = profile.column;
  const value = quoteIdentifier(name);
  return makeFinding(subject, {
    kind: "text_dates",
    column: name,
    severity: "info",
    title: `${subject.table.name}.${name} holds ${kindOf(form)} as text`,
    detail: `All ${formatCount(profile.present)} values found in ${rowsText(subject)} are ${kindOf(form)}, written as ${form.label}. As text they are compared and sorted by letters, and every calculation converts row by row.`,
    values: { readable_values: profile.present },
    remedy: `Change the column to ${form.type}; what writes to it and what reads it as text must change with it.`,
    sql: alterTable(subject.table, [
      `ALTER TABLE ${subject.name} ALTER ${value} SET DATA TYPE ${form.type} USING ${form.convert(value)}`,
    ]),
  });
}

const kindOf = (form: TextForm) => (form.type === "DOUBLE" ? "numbers" : "dates");
