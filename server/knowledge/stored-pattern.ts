import { z } from "zod";
import { WorkloadPattern } from "@/server/contracts";

/** `pattern_data` of observed_patterns: the shape as last seen, without values or latencies. */
export const StoredPattern = WorkloadPattern.extend({
  product_id: z.string(),
  /** Calls of the window that ended with this look; left out in rows of older versions. */
  recent: z
    .object({
      calls: z.number().int().nonnegative(),
      since: z.iso.datetime(),
      until: z.iso.datetime(),
    })
    .optional(),
});
export type StoredPattern = z.infer<typeof StoredPattern>;
