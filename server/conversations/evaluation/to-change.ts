import { type Change, type SchemaProposalSubject, TargetType } from "@/server/contracts";
import { AppError } from "@/server/platform/errors";
import { canonicalType } from "@/server/sql";
import { findColumn, findTable, type KnownHere } from "./known-here";

/** Which proposed operations are changes that the sidecar makes. */
const SUPPORTED =
  "The sidecar makes add_column, and change_type to DATE, TIMESTAMP, UUID or a whole number";

/**
 * A proposal as a typed change of our own product. Throws `not_found` (no such table or column),
 * `not_executable` (an operation or type that no change of ours makes).
 */
export function toChange(
  here: Pick<KnownHere, "schema">,
  { operation, details }: SchemaProposalSubject,
): Change {
  const { schema } = here;
  const table = findTable(here, details.table);
  if (operation !== "add_column" && operation !== "change_type") {
    throw new AppError("not_executable", `${SUPPORTED}; ${operation} is not one of them.`, {
      details: { operation, supported: ["add_column", "change_type"] },
    });
  }
  if (table === undefined) {
    throw new AppError(
      "not_found",
      `Data product ${schema.product_id} has no table ${details.table}.`,
      {
        details: { tables: schema.tables.map(({ name }) => name) },
      },
    );
  }
  if (operation === "add_column") {
    const { references } = details;
    const isOwn = references?.product_id === schema.product_id;
    return {
      kind: "add_column",
      table: table.name,
      column: details.column_name,
      type: details.column_type,
      default: details.default ?? null,
      is_required: details.required,
      // A key of another product cannot be one here.
      references: isOwn ? { table: references.table, column: references.column } : null,
    };
  }
  const column = findColumn(table, details.column_name);
  if (column === undefined) {
    throw new AppError("not_found", `Table ${table.name} has no column ${details.column_name}.`, {
      details: { columns: table.columns.map(({ name }) => name) },
    });
  }
  const to = targetType(details.column_type);
  if (to === null) {
    throw new AppError("not_executable", `${SUPPORTED}; ${details.column_type} is none of these.`);
  }
  return { kind: "change_type", table: table.name, column: column.name, from: column.type, to };
}

/** null: no change of type leads there. */
export function targetType(type: string): TargetType | null {
  return TargetType.safeParse({ name: canonicalType(type) }).data ?? null;
}
