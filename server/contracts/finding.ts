import { z } from "zod";
import { SqlName } from "./data-product";

const FindingKind = z.enum([
  "missing_values",
  "duplicate_key",
  "orphan_rows",
  "outliers",
  "text_dates",
  "redundant_column",
  "undeclared_constraint",
  "memory_limit",
  "threads",
  "row_group_size",
  "row_casts",
  "computed_filter",
  "text_search",
]);

/**
 * Something worth knowing that is no change the sidecar runs: quality of data, redundancy,
 * resources. Every number in it was counted or timed on the shadow copy, or stands in the request.
 */
export const Finding = z
  .object({
    /** Stable: kind, table and column, e.g. `orphan_rows:orders:customer_id`. */
    finding_id: z.string(),
    kind: FindingKind,
    /** null: the whole product. */
    table: SqlName.nullable(),
    column: z.string().nullable(),
    severity: z.enum(["info", "warning", "critical"]),
    title: z.string(),
    /** What was found, with its numbers. */
    detail: z.string(),
    evidence: z.object({
      /** Rows looked at, and rows the product holds. */
      rows: z.number().int(),
      rows_total: z.number().int(),
      /** The numbers behind the text, by name, with units in the name (`_ms`, `_bytes`). */
      values: z.record(z.string(), z.number()),
    }),
    remediation: z.object({
      text: z.string(),
      /** A statement that would do it, for people to read and run; the sidecar does not. */
      sql: z.string().nullable(),
    }),
  })
  .meta({ id: "Finding" });
export type Finding = z.infer<typeof Finding>;
