import { z } from "zod";
import { SqlName } from "./data-product";

/**
 * A name as a request may tell it: whatever letters and signs the catalog's has. Nobody means a control
 * character, and in a message or at a shell one can hide what follows it.
 */
const RequestedName = SqlName.refine(
  (name) => !/\p{Cc}/u.test(name),
  "must not contain control characters",
);

export const OperationType = z.enum(["schema_optimization", "query_optimization"]);
export type OperationType = z.infer<typeof OperationType>;

/** Body of POST /agent/analyze: the specification's shape, plus `product_id` to ask for a proof. */
export const AnalyzeRequest = z
  .object({
    operation_type: OperationType,
    /**
     * The data product to measure on. Without it, a request that brings its own
     * `current_schema` is answered from that context alone (an estimate); a request that
     * brings none is about the sidecar's own data product.
     */
    product_id: z.string().min(1).max(100).optional(),
    context: z.object({
      /**
       * The table as the catalog names it, whatever letters and signs that has; as SQL writes it too:
       * `"order lines"`, `main.trips`. Tables of other schemas are refused.
       */
      table_name: RequestedName.optional(),
      query_patterns: z
        .array(
          z.object({
            query: z.string().min(1).max(20_000),
            frequency: z.number().nonnegative().max(1e12),
          }),
        )
        .max(200)
        .optional(),
      current_schema: z
        .array(
          z.object({
            name: RequestedName,
            type: z.string().min(1).max(200),
            indexed: z.boolean().default(false),
            /** What is known of the values; left out: nothing. */
            statistics: z
              .object({
                distinct_count: z.number().int().nonnegative(),
                null_fraction: z.number().min(0).max(1).default(0),
                min: z.string().max(2000).nullable().default(null),
                max: z.string().max(2000).nullable().default(null),
              })
              .optional(),
          }),
        )
        .min(1)
        .max(2000)
        .optional(),
      /** Rows of the table, of which `current_schema` tells; left out: not known. */
      row_count: z.number().int().nonnegative().max(1e15).optional(),
      /** Views that queries may read: their `CREATE VIEW` statement or SELECT. */
      current_views: z
        .array(z.object({ name: RequestedName, sql: z.string().min(1).max(20_000) }))
        .max(200)
        .optional(),
      /**
       * Time for the proof, seconds; at most the sidecar's own limit (PROOF_SECONDS_MAX). No part of the
       * question: a request that differs in nothing else joins the proof that waits or runs already.
       */
      budget_seconds: z.number().min(1).max(86_400).optional(),
    }),
  })
  .meta({ id: "AnalyzeRequest" });
export type AnalyzeRequest = z.infer<typeof AnalyzeRequest>;
