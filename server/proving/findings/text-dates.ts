import type { Finding } from "@/server/contracts";
import { formatCount, formatPercent, formatPlural } from "@/server/format";
import { quoteIdentifier } from "@/server/sql";
import { alterTable } from "./alter-table";
import type { CheckContext, ColumnProfile, TableCheck, TableProfile } from "./check-context";
import { countAll } from "./check-context";
import { isInKey } from "./column-kinds";
import { makeFinding, rowsText } from "./make-finding";
import { numberForm, readNumberType, TEXT_FORMS, type TextForm } from "./text-forms";

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
export const checkTextDates: TableCheck = async (context, profile) => {
  const texts = profile.columns.filter(
    ({ column, present }) =>
      column.type === "VARCHAR" && present >= ROWS_MIN && !isInKey(profile.table, column.name),
  );
  const guesses = await guessForms(context, profile, texts);
  const found: Finding[] = [];
  for (const { columnProfile, forms } of guesses) {
    const value = quoteIdentifier(columnProfile.column.name);
    const counts = await countAll(
      context.session,
      profile.name,
      forms.map((form) => `count(${form.parse(value)})`),
    );
    const parsed = Math.max(...counts);
    if (parsed < FORM_SHARE_MIN * columnProfile.present) continue;
    const unreadable = columnProfile.present - parsed;
    const [form, other] = forms.filter((_, index) => counts[index] === parsed);
    if (form === undefined) continue;
    if (other !== undefined) {
      found.push(ambiguousFinding(profile, columnProfile, [form, other], unreadable));
      continue;
    }
    const exact = await withAllDigits(context, profile, columnProfile, form);
    if (unreadable > 0) found.push(mixedFinding(profile, columnProfile, exact, unreadable));
    else if (!exact.isProposed) found.push(uniformFinding(profile, columnProfile, exact));
  }
  return found;
};

/** As it is for dates; numbers with the type that loses no digit of theirs. */
async function withAllDigits(
  { session }: CheckContext,
  profile: TableProfile,
  { column }: ColumnProfile,
  form: TextForm,
): Promise<TextForm> {
  if (form.holds === "dates") return form;
  return numberForm(await readNumberType(session, profile, column.name, form));
}

/**
 * The form that most of a few values have, for each column where one does; with others that may be
 * meant as well (`01/02/2024`), which all rows together may disambiguate.
 */
async function guessForms(
  { session }: CheckContext,
  profile: TableProfile,
  columns: readonly ColumnProfile[],
): Promise<{ columnProfile: ColumnProfile; forms: TextForm[] }[]> {
  const every = Math.max(1, Math.round(profile.rows / SAMPLE_ROWS));
  const counts = await countAll(
    session,
    `${profile.name} WHERE hash(rowid) % ${every} = 0`,
    columns.flatMap(({ column }) => {
      const value = quoteIdentifier(column.name);
      return [`count(${value})`, ...TEXT_FORMS.map((form) => `count(${form.parse(value)})`)];
    }),
  );
  const width = TEXT_FORMS.length + 1;
  return columns.flatMap((columnProfile, index) => {
    const [present = 0, ...parsed] = counts.slice(index * width, (index + 1) * width);
    const most = Math.max(...parsed);
    const first = TEXT_FORMS[parsed.indexOf(most)];
    if (first === undefined || most === 0 || most < 0.9 * present) return [];
    if (first.holds === "numbers" && CODE_NAME.test(columnProfile.column.name)) return [];
    const forms = TEXT_FORMS.filter(
      (form, index) => form.holds === first.holds && (parsed[index] ?? 0) >= 0.9 * present,
    );
    return { columnProfile, forms };
  });
}

/** The values do not distinguish day from month: a conversion would be a guess. */
function ambiguousFinding(
  profile: TableProfile,
  columnProfile: ColumnProfile,
  [first, second]: [TextForm, TextForm],
  unreadable: number,
) {
  const { name } = columnProfile.column;
  const parsed = columnProfile.present - unreadable;
  return makeFinding(profile, {
    kind: "text_dates",
    column: name,
    severity: "warning",
    title: `${profile.table.name}.${name} holds dates as text that can be read in two ways`,
    detail: `The column is text. Of ${formatCount(columnProfile.present)} values found in ${rowsText(profile)}, ${formatCount(parsed)} are valid dates as ${first.label} and as ${second.label}; the values do not show which is meant.`,
    values: { readable_values: parsed, unreadable_values: unreadable },
    remedy: `Ask the column's writer which format is meant, then convert the column to ${first.type}.`,
    sql: null,
  });
}

function mixedFinding(
  profile: TableProfile,
  columnProfile: ColumnProfile,
  form: TextForm,
  count: number,
) {
  const { name } = columnProfile.column;
  const type = form.type ?? "a number";
  const value = quoteIdentifier(name);
  return makeFinding(profile, {
    kind: "text_dates",
    column: name,
    severity: "warning",
    title: `${formatPlural(count, "value")} of ${profile.table.name}.${name} ${count === 1 ? "prevents" : "prevent"} its conversion to ${type}`,
    detail: `The column is text and holds ${form.holds}, written as ${form.label}, in all but ${formatCount(count)} of ${rowsText(profile)} (${formatPercent(count / profile.rows)}). Text is compared and sorted by letters, every calculation converts row by row, and a change of type fails on these values.`,
    values: { unreadable_values: count, readable_values: columnProfile.present - count },
    remedy:
      form.type === null
        ? "Correct the values that the query lists. No number type holds every digit of the others."
        : `Correct the values that the query lists, then change the column to ${form.type}.`,
    sql: `SELECT * FROM ${profile.name} WHERE ${value} IS NOT NULL AND (${form.parse(value)}) IS NULL LIMIT 100`,
  });
}

function uniformFinding(profile: TableProfile, columnProfile: ColumnProfile, form: TextForm) {
  const { name } = columnProfile.column;
  const value = quoteIdentifier(name);
  const converted = form.convert(value);
  return makeFinding(profile, {
    kind: "text_dates",
    column: name,
    severity: "info",
    title: `${profile.table.name}.${name} holds ${form.holds} as text`,
    detail: `All ${formatCount(columnProfile.present)} values found in ${rowsText(profile)} are ${form.holds}, written as ${form.label}. As text they are compared and sorted by letters, and every calculation converts row by row.`,
    values: { readable_values: columnProfile.present },
    remedy:
      converted === null
        ? "No number type holds every digit of them: leave the text, or round what need not be exact."
        : `Change the column to ${form.type}; what writes to it and what reads it as text must change with it.`,
    sql:
      converted === null
        ? null
        : alterTable(
            profile.table,
            [
              `ALTER TABLE ${profile.name} ALTER ${value} SET DATA TYPE ${form.type} USING ${converted}`,
            ],
            [name],
          ),
  });
}
