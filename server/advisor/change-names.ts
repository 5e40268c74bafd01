import {
  type Candidate,
  type ChangeKind,
  type ChangeOf,
  describeStep,
  type TableSchema,
} from "@/server/contracts";
import { formatList } from "@/server/format";

/** What a candidate is called. The id is the same in every analysis, whoever asked for the change. */
type CandidateNames = Pick<Candidate, "candidate_id" | "target" | "title">;

/** Kinds whose names follow from the change alone; a rewritten query is called by its rule. */
type NamedKind = Exclude<ChangeKind, "rewrite_query">;
export type NamedChange = ChangeOf<NamedKind>;

/** After kind and table: what else tells it from others, what it is about, and its title. */
type Naming<Kind extends NamedKind> = (
  change: ChangeOf<Kind>,
  table: TableSchema | undefined,
) => { id: string; target: string; title: string };

/** A name within an id: the signs that part names there are escaped, so that no two ids are equal. */
const idPart = (name: string): string => name.replace(/[%:,]/g, (sign) => encodeURIComponent(sign));

const code = (...names: string[]): string => `\`${names.join(".")}\``;

const KEYS = { "PRIMARY KEY": "primary key", UNIQUE: "UNIQUE constraint", "NOT NULL": "NOT NULL" };

const NAMINGS: { readonly [Kind in NamedKind]: Naming<Kind> } = {
  add_index: ({ table, column }) => ({
    ...{ id: idPart(column), target: column },
    title: `Add index on ${code(table, column)}`,
  }),
  drop_index: ({ table, index }, schema) => ({
    id: idPart(index),
    target: schema?.indexes.find(({ name }) => name === index)?.columns.join(", ") ?? index,
    title: `Drop index ${code(index)} on ${code(table)}`,
  }),
  cluster_table({ table, keys, curve, step }) {
    const suffix = step === undefined ? (curve === undefined ? "" : `:${curve}`) : `:${step}`;
    const names = formatList(keys.map((key) => code(key)));
    const order = curve === undefined ? names : `Morton order of ${names}`;
    const ranges = step === undefined ? "" : ` (${describeStep(step)})`;
    return {
      ...{ id: `${keys.map(idPart).join(",")}${suffix}`, target: keys.join(", ") },
      title: `Cluster ${code(table)} by ${order}${ranges}`,
    };
  },
  change_type: ({ table, column, from, to }) => ({
    ...{ id: idPart(column), target: column },
    title: `Change type of ${code(table, column)} from ${from} to ${to.name}`,
  }),
  add_constraint({ table, constraint, columns }) {
    const [only = "", ...others] = columns;
    const on = others.length === 0 ? code(table, only) : `${code(table)} (${columns.join(", ")})`;
    return {
      ...{ id: `${constraint}:${columns.map(idPart).join(",")}`, target: columns.join(", ") },
      title: `Add ${KEYS[constraint]} on ${on}`,
    };
  },
  materialize_summary({ table, keys }) {
    const names = formatList(keys.map(({ name }) => code(name)));
    return {
      id: keys.map(({ name }) => idPart(name)).join(","),
      target: keys.map(({ name }) => name).join(", ") || "total",
      title: `Create summary table of ${code(table)} ${keys.length === 0 ? "(totals)" : `by ${names}`}`,
    };
  },
  add_column: ({ table, column, type }) => ({
    ...{ id: idPart(column), target: column },
    title: `Add column ${code(table, column)} (${type})`,
  }),
};

const namingOf = <Kind extends NamedKind>({ kind }: { kind: Kind }): Naming<Kind> => NAMINGS[kind];

/** The names of a change; `table` as it is before, where it is known. */
export function nameChange(change: NamedChange, table: TableSchema | undefined): CandidateNames {
  const { id, target, title } = namingOf(change)(change, table);
  return { candidate_id: `${change.kind}:${idPart(change.table)}:${id}`, target, title };
}
