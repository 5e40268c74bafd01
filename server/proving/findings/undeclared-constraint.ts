import { formatList, formatPlural } from "@/server/format";
import { quoteIdentifier } from "@/server/sql";
import { alterTable } from "./alter-table";
import type { CheckContext, TableCheck, TableProfile } from "./check-context";
import { countAll } from "./check-context";
import { isInKey } from "./column-kinds";
import { readKeyColumns } from "./keys";
import { makeFinding, rowsText } from "./make-finding";

/** Rules that hold in fewer rows hold by chance. */
const ROWS_MIN = 1000;
/** A text column of so few values is a closed list. */
const DOMAIN_MAX = 20;

interface Rules {
  notNull: string[];
  unique: string[];
  domains: { column: string; values: number }[];
}

/** What all rows of a table satisfy and the schema does not say; one finding a table. */
export const checkUndeclaredConstraints: TableCheck = async (context, profile) => {
  if (!profile.isWhole || profile.rows < ROWS_MIN) return [];
  const rules = await readRules(context, profile);
  const { notNull, unique, domains } = rules;
  const parts = [
    ...(notNull.length > 0 ? [`no NULL in ${formatList(notNull)}`] : []),
    ...(unique.length > 0 ? [`no duplicates in ${formatList(unique)}`] : []),
    ...domains.map(({ column, values }) => `only ${formatPlural(values, "value")} in ${column}`),
  ];
  if (parts.length === 0) return [];
  const count = notNull.length + unique.length + domains.length;
  return [
    makeFinding(profile, {
      kind: "undeclared_constraint",
      column: null,
      severity: "info",
      title: `${formatPlural(count, "constraint")} of ${profile.table.name} ${count === 1 ? "holds" : "hold"} but ${count === 1 ? "is" : "are"} not declared`,
      detail: `All ${rowsText(profile)} satisfy them: ${parts.join("; ")}. The next row may violate them.`,
      values: {
        columns_without_null: notNull.length,
        columns_without_repeats: unique.length,
        columns_with_few_values: domains.length,
      },
      remedy: remedyOf(rules),
      sql: statementsOf(profile, rules),
    }),
  ];
};

async function readRules(context: CheckContext, profile: TableProfile): Promise<Rules> {
  const { session, queries, profiles } = context;
  const filled = profile.columns.filter(({ present }) => present === profile.rows);
  // A look-up column without repeats is unique by chance as likely as by rule.
  const keys = await readKeyColumns(session, queries, profile, profiles, ["name", "join"]);
  return {
    notNull: filled
      .filter(({ column }) => column.nullable && !isPrimary(profile, column.name))
      .map(({ column }) => column.name),
    unique: keys.filter(({ surplusRows }) => surplusRows === 0).map(({ column }) => column),
    domains: await readDomains(context, profile),
  };
}

function isPrimary({ table }: TableProfile, column: string): boolean {
  return table.constraints.some(
    (one) => one.type === "PRIMARY KEY" && one.columns.includes(column),
  );
}

async function readDomains(
  { session }: CheckContext,
  profile: TableProfile,
): Promise<Rules["domains"]> {
  const { table } = profile;
  const isChecked = (column: string) =>
    isInKey(table, column) ||
    table.constraints.some((one) => one.type === "CHECK" && one.columns.includes(column));
  const few = profile.columns.filter(
    ({ column, distinctEstimate }) =>
      column.type === "VARCHAR" && distinctEstimate <= 2 * DOMAIN_MAX && !isChecked(column.name),
  );
  const counts = await countAll(
    session,
    profile.name,
    few.map(({ column }) => `count(DISTINCT ${quoteIdentifier(column.name)})`),
  );
  return (
    few
      .map(({ column }, index) => ({ column: column.name, values: counts[index] ?? 0 }))
      // One value, or none, is another finding.
      .filter(({ values }) => values > 1 && values <= DOMAIN_MAX)
  );
}

function remedyOf({ notNull, unique, domains }: Rules): string {
  const parts = [
    ...(notNull.length > 0 ? ["NOT NULL can be declared on the table as it is"] : []),
    ...(unique.length > 0
      ? ["a unique index prevents duplicates, and costs memory and insert time"]
      : []),
    ...(domains.length > 0
      ? ["a short list of values is an ENUM, or a CHECK when the table is created"]
      : []),
  ];
  const how = formatList(parts);
  return `Ask whether each is a rule or a coincidence. ${how.slice(0, 1).toUpperCase()}${how.slice(1)}.`;
}

function statementsOf({ table, name }: TableProfile, { notNull, unique }: Rules): string | null {
  const statements = [
    ...notNull.map((column) => `ALTER TABLE ${name} ALTER ${quoteIdentifier(column)} SET NOT NULL`),
    ...unique.map(
      (column) =>
        `CREATE UNIQUE INDEX ${quoteIdentifier(`${table.name}_${column}_unique`)} ON ${name} (${quoteIdentifier(column)})`,
    ),
  ];
  return statements.length === 0 ? null : alterTable(table, statements);
}
