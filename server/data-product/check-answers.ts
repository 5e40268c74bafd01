import type {
  ConnectorOperation,
  ConnectorQueryRequest,
  ConnectorQueryResult,
  ProductPlace,
} from "@/server/contracts";
import type { AppError } from "@/server/platform";
import { productError } from "./product-error";

export const UNSTORABLE = "the text has a NUL or half of a character in it";

/** Where a text is that PostgreSQL does not keep; null: nowhere. */
export function unstorableText(value: unknown): PropertyKey[] | null {
  if (typeof value === "string") return value.includes("\0") || /\p{Cs}/u.test(value) ? [] : null;
  if (typeof value !== "object" || value === null) return null;
  for (const [key, part] of Object.entries(value)) {
    const path = unstorableText(part);
    if (path !== null) return [Array.isArray(value) ? Number(key) : key, ...path];
  }
  return null;
}

/** Throws `wrong_product`. */
export function checkProductId(place: ProductPlace, found: string, wanted: string): void {
  if (found === wanted) return;
  const shown = /^[\w.:-]{1,100}$/.test(found) ? found : "another id";
  throw productError(place, "wrong_product", {
    field: "product_id",
    what: `the product calls itself ${shown}, not ${wanted}`,
  });
}

/** Throws `wrong_field` for rows beyond the limit, or of another width than the columns. */
export function checkQueryResult(
  place: ProductPlace,
  { columns, rows }: ConnectorQueryResult,
  { row_limit: limit }: Pick<ConnectorQueryRequest, "row_limit">,
): void {
  if (rows.length > limit) {
    const what = `${rows.length} rows exceed the requested row_limit of ${limit}`;
    throw productError(place, "wrong_field", { field: "rows", what });
  }
  const odd = rows.findIndex((row) => row.length !== columns.length);
  if (odd >= 0) {
    const what = `the row has ${rows[odd]?.length} cells for ${columns.length} columns`;
    throw productError(place, "wrong_field", { field: `rows[${odd}]`, what });
  }
}

/** Throws `wrong_field` for an operation of another id, or one whose end contradicts its state. */
export function checkOperation(
  place: ProductPlace,
  operation: ConnectorOperation,
  operationId: string,
): void {
  const wrong = (field: string, what: string): AppError =>
    productError(place, "wrong_field", { field, what });
  const { state } = operation;
  if (operation.operation_id !== operationId) {
    throw wrong("operation_id", "it is the id of another operation");
  }
  if (state === "succeeded" && operation.schema_fingerprint_after === null) {
    throw wrong("schema_fingerprint_after", "must not be null for a succeeded operation");
  }
  if (state === "failed" && operation.error === null) {
    throw wrong("error", "must not be null for a failed operation");
  }
  if (state !== "running" && operation.finished_at === null) {
    throw wrong("finished_at", "must not be null for an ended operation");
  }
}
