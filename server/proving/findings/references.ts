import type { WorkloadQuery } from "@/server/advisor";
import { isInteger } from "@/server/contracts";
import { isDeclaredUnique, isNamedAsKey, referenceNames } from "./column-kinds";
import type { ColumnProfile, Subject } from "./profile";

/** A column of one table whose values should be found in a column of another. */
export interface Reference {
  many: Subject;
  manyColumn: string;
  one: Subject;
  oneColumn: string;
  /** By their names; by the workload's joins otherwise. */
  isByName: boolean;
}

/** As `readKeyColumns` sorts out: the estimate errs by 20%. */
const DISTINCT_SHARE_MIN = 0.7;

/** References out of a table that no FOREIGN KEY guards: by the workload's joins, then by names. */
export function readReferences(
  queries: readonly WorkloadQuery[],
  many: Subject,
  subjects: readonly Subject[],
): Reference[] {
  const all = [...byJoins(queries, many, subjects), ...byNames(many, subjects)];
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
  many: Subject,
  subjects: readonly Subject[],
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
        const one = subjects.find(({ table }) => table.name === other.table);
        if (own.table !== many.table.name || one === undefined || one === many) return [];
        if (!isOneSide(one, other.column) || isOwnKey(many, own.column, one)) return [];
        const columns = { manyColumn: own.column, oneColumn: other.column };
        return { many, one, isByName: false, ...columns };
      }),
  );
}

/** `customer_id` refers to `customers.customer_id`, or to its `id`. */
function byNames(many: Subject, subjects: readonly Subject[]): Reference[] {
  return many.columns.flatMap(({ column }) => {
    const lower = column.name.toLowerCase();
    const partner = subjects.find(
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

function profileOf(subject: Subject, column: string): ColumnProfile | undefined {
  return subject.columns.find((one) => one.column.name === column);
}

function isOneSide(subject: Subject, column: string): boolean {
  const profile = profileOf(subject, column);
  if (profile === undefined) return false;
  if (isDeclaredUnique(subject.table, column)) return true;
  return profile.distinctEstimate >= DISTINCT_SHARE_MIN * Math.max(1, profile.present);
}

/** A table's own key is what others refer to, unless its name says that it refers to that other. */
function isOwnKey({ table }: Subject, column: string, other: Subject): boolean {
  if (isNamedAsKey(table.name, column)) return true;
  const refers = referenceNames(other.table.name).includes(column.toLowerCase());
  return isDeclaredUnique(table, column) && !refers;
}

function isForeignKey({ table }: Subject, column: string): boolean {
  return table.constraints.some(
    (one) => one.type === "FOREIGN KEY" && one.columns.includes(column),
  );
}

/** Values of unlike types may differ in form only; that is another matter. */
function isComparable(many: Subject, manyColumn: string, one: Subject, oneColumn: string): boolean {
  const types = [profileOf(many, manyColumn), profileOf(one, oneColumn)].map(
    (profile) => profile?.column.type ?? "",
  );
  return types[0] === types[1] || types.every(isInteger);
}
