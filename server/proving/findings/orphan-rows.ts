import type { WorkloadQuery } from "@/server/advisor";
import { type Finding, isInteger } from "@/server/contracts";
import { formatCount, formatPercent, formatPlural } from "@/server/format";
import { quoteIdentifier } from "@/server/sql";
import {
  type CheckContext,
  type ColumnProfile,
  countAll,
  type TableCheck,
  type TableProfile,
} from "./check-context";
import { isDeclaredUnique, isNamedAsKey, referenceNames } from "./column-kinds";
import { makeFinding, rowsText } from "./make-finding";

/** A column of one table whose values should be found in a column of another. */
interface Reference {
  many: TableProfile;
  manyColumn: string;
  one: TableProfile;
  oneColumn: string;
  /** By their names; by the workload's joins otherwise. */
  isByName: boolean;
}

/** As `readKeyColumns` sorts out: the estimate errs by 20%. */
const DISTINCT_SHARE_MIN = 0.7;

/** References out of a table that no FOREIGN KEY guards: by the workload's joins, then by names. */
function readReferences(
  queries: readonly WorkloadQuery[],
  many: TableProfile,
  profiles: readonly TableProfile[],
): Reference[] {
  const all = [...byJoins(queries, many, profiles), ...byNames(many, profiles)];
  const seen = new Set<string>();
  return all.filter(({ manyColumn, one, oneColumn }) => {
    // One finding a column: the first partner is the one that queries join.
    if (seen.has(manyColumn) || isForeignKey(many, manyColumn)) return false;
    if (!isComparable(many, manyColumn, one, oneColumn)) return false;
    seen.add(manyColumn);
    return true;
  });
}

function byJoins(
  queries: readonly WorkloadQuery[],
  many: TableProfile,
  profiles: readonly TableProfile[],
): Reference[] {
  return queries.flatMap(({ shape }) =>
    shape.joins
      // IN and EXISTS ask which values are there: some that are not is what they are for.
      .filter(({ isMembership }) => !isMembership)
      .flatMap(({ left, right }) => [
        { own: left, other: right },
        { own: right, other: left },
      ])
      .flatMap(({ own, other }) => {
        const one = profiles.find(({ table }) => table.name === other.table);
        if (own.table !== many.table.name || one === undefined || one === many) return [];
        if (!isOneSide(one, other.column) || isOwnKey(many, own.column, one)) return [];
        const columns = { manyColumn: own.column, oneColumn: other.column };
        return { many, one, isByName: false, ...columns };
      }),
  );
}

/** `customer_id` refers to `customers.customer_id`, or to its `id`. */
function byNames(many: TableProfile, profiles: readonly TableProfile[]): Reference[] {
  return many.columns.flatMap(({ column }) => {
    const lower = column.name.toLowerCase();
    const partner = profiles.find(
      (one) => one !== many && referenceNames(one.table.name).includes(lower),
    );
    const key = partner?.columns.find((each) => {
      const name = each.column.name.toLowerCase();
      return name === lower || name === "id";
    })?.column.name;
    if (partner === undefined || key === undefined || !isOneSide(partner, key)) return [];
    if (isOwnKey(many, column.name, partner)) return [];
    return { many, manyColumn: column.name, one: partner, oneColumn: key, isByName: true };
  });
}

function profileOf(profile: TableProfile, column: string): ColumnProfile | undefined {
  return profile.columns.find((one) => one.column.name === column);
}

function isOneSide(profile: TableProfile, column: string): boolean {
  const columnProfile = profileOf(profile, column);
  if (columnProfile === undefined) return false;
  if (isDeclaredUnique(profile.table, column)) return true;
  return columnProfile.distinctEstimate >= DISTINCT_SHARE_MIN * Math.max(1, columnProfile.present);
}

/** A table's own key is what others refer to, unless its name says that it refers to that other. */
function isOwnKey({ table }: TableProfile, column: string, other: TableProfile): boolean {
  if (isNamedAsKey(table.name, column)) return true;
  const refers = referenceNames(other.table.name).includes(column.toLowerCase());
  return isDeclaredUnique(table, column) && !refers;
}

function isForeignKey({ table }: TableProfile, column: string): boolean {
  return table.constraints.some(
    (one) => one.type === "FOREIGN KEY" && one.columns.includes(column),
  );
}

/** Values of unlike types may differ in form only; that is another matter. */
function isComparable(
  many: TableProfile,
  manyColumn: string,
  one: TableProfile,
  oneColumn: string,
): boolean {
  const types = [profileOf(many, manyColumn), profileOf(one, oneColumn)].map(
    (columnProfile) => columnProfile?.column.type ?? "",
  );
  return types[0] === types[1] || types.every(isInteger);
}

/** Where most rows have no partner, the relation is optional by design. */
const ORPHAN_SHARE_MAX = 0.5;

/**
 * Rows that refer to a row that is not there. The table referred to must be wholly on the shadow:
 * in a sample of it, partners are missing by chance.
 */
export const checkOrphanRows: TableCheck = async (context, profile) => {
  const found: Finding[] = [];
  for (const reference of readReferences(context.queries, profile, context.profiles)) {
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
    title: `${formatPlural(orphans, "row")} of ${many.table.name} ${orphans === 1 ? "has" : "have"} a ${manyColumn} that is missing from ${one.table.name}`,
    detail: `${why}. Of ${rowsText(many)}, ${formatCount(orphans)} (${formatPercent(orphans / many.rows)}) hold a value that none of the ${formatCount(one.rows)} rows of ${one.table.name} has. Inner joins silently drop these rows.`,
    values: { orphan_rows: orphans, referring_rows: present, referred_rows: one.rows },
    remedy: `Add the missing rows of ${one.table.name}, or correct or remove these; a FOREIGN KEY, declared when the table is created, keeps new ones out.`,
    sql: `SELECT child.* FROM ${from} LIMIT 100`,
  });
}
