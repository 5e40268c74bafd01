import { z } from "zod";
import { OperationId, SuggestionId, SuggestionState } from "@/server/contracts";

export const SuggestionParams = z.object({ id: SuggestionId });
export const OperationParams = z.object({ id: OperationId });

/** Longest a request may wait for a proof. */
export const WAIT_SECONDS_MAX = 120;

/** Query text holds digits only: `1e3`, ` 5` and `0x10` are refused. */
const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, "must be a whole number")
    .transform(Number)
    .pipe(z.number().min(min).max(max))
    .meta({ override: { type: "integer", minimum: min, maximum: max } });

export const AnalyzeQuery = z.object({
  wait: wholeNumber(0, WAIT_SECONDS_MAX)
    .optional()
    .describe("Seconds to wait for the proof before answering with what is known by then."),
});

export const ListQuery = z.object({
  state: z
    .string()
    .transform((text) => text.split(",").filter((part) => part !== ""))
    .pipe(z.array(SuggestionState))
    .meta({
      description: "States to list, separated by commas; all when left out.",
      override: { type: "string" },
      examples: ["pending,approved"],
    })
    .optional(),
  limit: wholeNumber(1, 100).optional().describe("Rows of a page; 50 when left out."),
  cursor: z.string().min(1).max(200).optional().describe("`next_cursor` of the page before."),
});
