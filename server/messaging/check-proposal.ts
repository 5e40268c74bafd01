import { z } from "zod";
import type { ColumnSchema, FirstOpinion, ProductSchema, TableSchema } from "@/server/contracts";
import { newNameFault } from "@/server/sql";
import { type TypeReader, typeReader } from "@/server/workload";

const Text = z.string().catch("");

/**
 * The content of a `schema_proposal`, as the specification shows it; what is missing is empty. Names and
 * types are as they came, of any length: they are checked before anything is said of them.
 */
export const Proposal = z.object({
  operation: z.enum(["add_column", "drop_column", "change_type", "rename_column", "add_table"]),
  details: z.object({
    table: Text,
    column_name: Text,
    column_type: Text,
    /** Of `rename_column`. */
    new_name: z.string().optional(),
    /** Of `add_table`. */
    columns: z.array(z.object({ name: Text, type: Text })).optional(),
    required: z.boolean().catch(false),
    default: z.unknown().optional(),
    description: Text,
    purpose: Text,
  }),
});
export type Proposal = z.infer<typeof Proposal>;

/** Of a proposal that cannot be carried out as it stands: facts, no opinion of a model or a person. */
export type Refusal = Pick<FirstOpinion, "opinion" | "reason"> & { detail: string };

/** What our own product is known to have of what a proposal names. */
export interface ProposalTarget {
  table: TableSchema | undefined;
  column: ColumnSchema | undefined;
}

/** DuckDB does not tell names apart by their case. */
const isNamed =
  (name: string) =>
  (each: { name: string }): boolean =>
    each.name.toLowerCase() === name.toLowerCase();

/** The table and column a proposal is about, as far as the product's schema has them. */
export function findTarget(schema: ProductSchema | undefined, details: Proposal["details"]) {
  const table = schema?.tables.find(isNamed(details.table));
  const column = table?.columns.find(isNamed(details.column_name));
  return { table, column } satisfies ProposalTarget;
}

/**
 * Whether names can be names and types are types, and a changed type holds the values there are: the first
 * fault, or null. DuckDB reads the types; names are bounded by what may stand in a schema.
 */
export async function checkProposal(
  { operation, details }: Proposal,
  { column }: ProposalTarget,
): Promise<Refusal | null> {
  const fault = newNames({ operation, details }).map(newNameFault).find(Boolean);
  if (fault) return { opinion: "reject", reason: "invalid_name", detail: fault };
  const types = await typeReader();
  for (const [name, type] of newTypes({ operation, details })) {
    const read = await types.read(type);
    if (read.isType) continue;
    const detail = `The type of ${JSON.stringify(name)} is not valid: ${read.reason}.`;
    return { opinion: "reject", reason: "invalid_type", detail };
  }
  if (operation !== "change_type" || column === undefined) return null;
  return checkConversion(types, column, details.column_type);
}

function newNames({ operation, details }: Proposal): string[] {
  if (operation === "add_column") return [details.column_name];
  if (operation === "rename_column" && details.new_name !== undefined) return [details.new_name];
  if (operation !== "add_table") return [];
  return [details.table, ...(details.columns ?? []).map(({ name }) => name)];
}

function newTypes({ operation, details }: Proposal): [name: string, type: string][] {
  if (operation === "add_table") {
    return (details.columns ?? []).map(({ name, type }) => [name, type]);
  }
  const isTyped = operation === "add_column" || operation === "change_type";
  return isTyped ? [[details.column_name, details.column_type]] : [];
}

async function checkConversion(
  types: TypeReader,
  column: ColumnSchema,
  to: string,
): Promise<Refusal | null> {
  const conversion = await types.compare(column.type, to);
  const lossy = (opinion: Refusal["opinion"], detail: string): Refusal => ({
    ...{ opinion, reason: "lossy_type", detail },
  });
  if (conversion === null) {
    return lossy("reject", `Whether ${to} holds values of ${column.type} cannot be checked here.`);
  }
  if (conversion === "unrelated") {
    return lossy("reject", `Values of ${column.type} cannot be converted to ${to}.`);
  }
  if (conversion === "narrows") {
    return lossy("counter", `${to} does not hold every value of ${column.type}.`);
  }
  const { min = null, max = null } = column.statistics ?? {};
  for (const [which, value] of [["smallest", min] as const, ["largest", max] as const]) {
    // Not repeated: it is a value of the product's data.
    if (value === null || !(await types.loses(value, column.type, to))) continue;
    return lossy("counter", `The ${which} value of the column does not fit ${to}.`);
  }
  return null;
}
