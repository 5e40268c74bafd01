import { z } from "zod";

export const WorkloadQuery = z.object({
  since: z.iso
    .datetime({ offset: true })
    .optional()
    .describe("Calls since this instant; since the product started when left out."),
});

export const ExportQuery = z.object({
  rows_max: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000_000)
    .describe("All rows when the table has at most this many, otherwise a sample of this many."),
  seed: z.coerce
    .number()
    .int()
    .min(0)
    .max(2_147_483_647)
    .default(1)
    .describe("The same seed over the same data gives the same sample."),
});

/** Every error answer. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string().describe("Stable; see docs/connector.md."),
    detail: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: "Problem" });
