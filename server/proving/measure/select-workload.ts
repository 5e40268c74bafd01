import {
  foreignKeysOf,
  heaviestFirst,
  tablesByWeight,
  type WorkloadQuery,
  writesTo,
} from "@/server/advisor";
import type { Candidate, TableSchema } from "@/server/contracts";
import type { ProofInput } from "../types";
import { tablesOf } from "./affected";
import type { NotReplayed } from "./replay";

type Question = Pick<ProofInput, "schema" | "queries" | "candidates" | "rowsMax">;

/** Tables that candidates change, and those whose writes may end otherwise by that (see tablesOf). */
export const changedTables = (candidates: readonly Candidate[]): Set<string> =>
  new Set(candidates.flatMap(({ change }) => tablesOf(change)));

/**
 * The tables to copy, in groups that belong together, in the order in which they are copied as long as
 * there is time: first those that candidates change or that are read beside them, a query's together with
 * what foreign keys tie to them, then small ones, which are cheap to check (without candidates: all
 * others). Either way what the queries that take most of the workload's time read comes first.
 */
export function groupTables(input: Question): TableSchema[][] {
  const { schema, queries, candidates, rowsMax } = input;
  const changed = changedTables(candidates);
  const touched = queries.filter(({ shape }) => shape.tables.some((name) => changed.has(name)));
  const byWeight = new Set([...tablesByWeight(queries), ...schema.tables.map(({ name }) => name)]);
  const isSmall = smallTables(schema.tables, changed.size > 0 ? rowsMax / 10 : Infinity);
  const familyOf = familyReader(input);
  const wanted = [
    ...heaviestFirst(touched).map(({ shape }) => shape.tables.flatMap(familyOf)),
    ...[...byWeight].filter((name) => changed.has(name)).map(familyOf),
    ...[...byWeight].filter((name) => isSmall.has(name)).map((name) => [name]),
  ];
  const byName = new Map(schema.tables.map((table) => [table.name, table]));
  const groups: TableSchema[][] = [];
  for (const names of wanted) {
    const group = [...new Set(names)].flatMap((name) => byName.get(name) ?? []);
    for (const { name } of group) byName.delete(name);
    if (group.length > 0) groups.push(group);
  }
  return groups;
}

const smallTables = (tables: readonly TableSchema[], rowsMax: number): Set<string> =>
  new Set(
    tables
      .filter(({ name, row_count }) => row_count <= rowsMax && !name.startsWith("_sidecar_"))
      .map(({ name }) => name),
  );

/**
 * A table with those that its foreign keys point to, and with those whose keys point to it where the
 * workload writes to it: whether a write succeeds depends on them. Only tables that the shadow holds
 * wholly: a sample of a table has not what points to it, or what it points to.
 */
function familyReader({ schema, queries, rowsMax }: Question): (name: string) => string[] {
  const whole = schema.tables.filter(({ row_count }) => row_count <= rowsMax);
  const targets = new Map(
    schema.tables.map((table) => [
      table.name,
      foreignKeysOf(table).map(({ references }) => references),
    ]),
  );
  const pointsTo = (table: TableSchema, name: string): boolean =>
    targets.get(table.name)?.includes(name.toLowerCase()) === true;
  const known = new Map<string, string[]>();
  const read = (name: string): string[] => {
    const found = new Set([name]);
    if (queries.some((query) => writesTo(query, name))) {
      for (const table of whole) if (pointsTo(table, name)) found.add(table.name);
    }
    // A key of a key's table, and so on: what is added is looked at in its turn.
    for (const each of found) {
      const keys = targets.get(each) ?? [];
      for (const table of whole) if (keys.includes(table.name.toLowerCase())) found.add(table.name);
    }
    return [...found];
  };
  return (name) => {
    const family = known.get(name) ?? read(name);
    known.set(name, family);
    return family;
  };
}

/** Candidates whose table was copied, and those for which there was no time. */
export function splitCandidates(candidates: readonly Candidate[], copied: ReadonlySet<string>) {
  const isCopied = ({ change }: Candidate) => copied.has(change.table);
  return {
    candidates: candidates.filter(isCopied),
    notCopied: candidates.filter((candidate) => !isCopied(candidate)),
  };
}

const UNKNOWN =
  "which is no table or view of schema main that the product tells of, so it could not be analyzed or replayed";
const NOT_COPIED = "which was not copied: the time of this proof went to tables of heavier queries";

/** Which queries to replay on the copied tables, which count as they are, and why others are not replayed. */
export function selectWorkload(
  { schema, queries, candidates }: Pick<Question, "schema" | "queries" | "candidates">,
  copied: ReadonlySet<string>,
) {
  const changed = changedTables(candidates);
  const known = new Set(schema.tables.map(({ name }) => name));
  const isTouched = ({ shape }: WorkloadQuery) => shape.tables.some((name) => changed.has(name));
  const missingOf = ({ shape }: WorkloadQuery) =>
    shape.tables.find((name) => known.has(name) && !copied.has(name));
  const strangerOf = ({ shape }: WorkloadQuery) => shape.tables.find((name) => !known.has(name));
  const touched = queries.filter(isTouched);
  const others = queries.filter((query) => !isTouched(query) && query.shape.kind === "select");
  const because = (query: WorkloadQuery, name: string | undefined, why: string): NotReplayed[] =>
    name === undefined ? [] : [{ query, why: `it reads ${name}, ${why}` }];
  return {
    touched: touched.filter((query) => missingOf(query) === undefined),
    untouched: others.filter((query) => strangerOf(query) === undefined),
    // A view that is not told may read a changed table: such a query is not known to be untouched.
    notReplayed: [
      ...touched.flatMap((query) => because(query, missingOf(query), NOT_COPIED)),
      ...others.flatMap((query) => because(query, strangerOf(query), UNKNOWN)),
    ],
  };
}
