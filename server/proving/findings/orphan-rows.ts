import type { Finding } from "@/server/contracts";
import { formatCount, formatPercent, formatPlural } from "@/server/format";
import { quoteIdentifier } from "@/server/sql";
import { countAll } from "./count";
import { makeFinding, rowsText } from "./make-finding";
import { type Reference, readReferences } from "./references";
import type { CheckContext, TableCheck } from "./types";

/** Where most rows have no partner, the relation is optional by design. */
const ORPHAN_SHARE_MAX = 0.5;

/**
 * Rows that refer to a row that is not there. The table referred to must be wholly on the shadow:
 * in a sample of it, partners are missing by chance.
 */
export const checkOrphanRows: TableCheck = async (context, subject) => {
  const found: Finding[] = [];
  for (const reference of readReferences(context.queries, subject, context.subjects)) {
    if (!reference.one.isWhole) continue;
    const finding = await count(context, reference);
    if (finding !== null) found.push(finding);
  }
  return found;
};

async function count({ session }: CheckContext, reference: Reference): Promise<Finding | null> {
  const { many, manyColumn, one, oneColumn, isByName } = reference;
  const child = `child.${quoteIdentifier(manyColumn)}`;
  const parent = `parent.${quoteIdentifier(oneColumn)}`;
  const from = `${many.name} AS child ANTI JOIN ${one.name} AS parent ON ${child} = ${parent} WHERE ${child} IS NOT NULL`;
  const [orphans = 0] = await countAll(session, from, ["count(*)"]);
  const present = many.columns.find((each) => each.column.name === manyColumn)?.present ?? 0;
  if (orphans === 0 || orphans > ORPHAN_SHARE_MAX * present) return null;
  const target = `${one.table.name}.${oneColumn}`;
  const why = isByName ? `Its name refers to ${target}` : `Queries join it with ${target}`;
  return makeFinding(many, {
    kind: "orphan_rows",
    column: manyColumn,
    severity: "warning",
    title: `${formatPlural(orphans, "row")} of ${many.table.name} ${orphans === 1 ? "has" : "have"} a ${manyColumn} that ${one.table.name} does not know`,
    detail: `${why}. Of ${rowsText(many)}, ${formatCount(orphans)} (${formatPercent(orphans / many.rows)}) hold a value that none of the ${formatCount(one.rows)} rows of ${one.table.name} has. Inner joins drop these rows without a word.`,
    values: { orphan_rows: orphans, referring_rows: present, referred_rows: one.rows },
    remedy: `Add the missing rows of ${one.table.name}, or correct or remove these; a FOREIGN KEY, declared when the table is created, keeps new ones out.`,
    sql: `SELECT child.* FROM ${from} LIMIT 100`,
  });
}
