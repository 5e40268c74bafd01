import type { ProductPlace, ProductSchema } from "@/server/contracts";
import type { AppError } from "@/server/platform";
import { productError } from "./product-error";

/**
 * Whether the fingerprint changed exactly with the schema between two looks; null: it did. A fingerprint
 * that is not the schema's makes every suggestion stale, or lets one run on another schema than its own.
 */
export function compareSchemas(
  place: ProductPlace,
  before: ProductSchema,
  after: ProductSchema,
): AppError | null {
  const hasViews = before.views !== undefined && after.views !== undefined;
  const isSameSchema = catalogOf(before, hasViews) === catalogOf(after, hasViews);
  const isSameFingerprint = before.schema_fingerprint === after.schema_fingerprint;
  if (isSameSchema === isSameFingerprint) return null;
  const field = "schema_fingerprint";
  return isSameSchema
    ? productError(place, "wrong_fingerprint", {
        field,
        what: "it changed, but no table, column, constraint, index or view did",
      })
    : productError(place, "stale_fingerprint", {
        field,
        what: "it is the same as before, but a table, column, constraint, index or view changed",
      });
}

/** All that a fingerprint is of, in one order: not the data, nor what a product may leave out. */
function catalogOf({ tables, views = [] }: ProductSchema, hasViews: boolean): string {
  const ordered = <T>(all: readonly T[]) => all.map((one) => JSON.stringify(one)).sort();
  return JSON.stringify([
    ordered(
      tables.map(({ name, columns, indexes, constraints }) => [
        name,
        columns.map((column) => [column.name, column.type, column.nullable, column.default_sql]),
        ordered(indexes.map((index) => [index.name, index.columns, index.is_unique])),
        ordered(constraints.map(({ type, columns: of, sql }) => [type, of, sql])),
      ]),
    ),
    hasViews ? ordered(views.map(({ name, sql }) => [name, sql])) : [],
  ]);
}
