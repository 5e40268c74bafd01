import type { CandidateFeatures } from "@/server/advisor";
import type { InferRequest } from "@/server/contracts";
import { confidence } from "@/server/inference";

const KINDS = ["add_index", "cluster_table", "change_type", "materialize_summary"] as const;
const USES = ["equals", "range", "join", "group", "order"] as const;

/** The `n`-th candidate, unlike all others before it: no cache can answer for it. */
function candidate(n: number): CandidateFeatures {
  return {
    kind: KINDS[n % KINDS.length] ?? "add_index",
    ...{ detail: null, table: `orders_${n}`, column: "status", type: "text", keys: 1 },
    ...{ rows: 10 ** (3 + (n % 7) / 2), width: 4 + (n % 13), distinct: 2 ** (n % 17) },
    ...{ null_share: (n % 10) / 10, matches: 3 ** (n % 11), is_served: n % 2 === 0 },
    ...{ summary_share: 0, queries: 1 + (n % 5), share: (n % 9) / 9, insert_share: (n % 4) / 10 },
    query: {
      ...{ uses: [USES[n % USES.length] ?? "equals"], values: 1 + (n % 3), is_wrapped: false },
      ...{ range_share: null, other_filters: n % 3, other_indexed: 0, tables: 1, other_rows: 0 },
      ...{ joins: 0, groups: n % 2, orders: n % 2, limit: null, is_star: n % 2 === 1 },
      ...{ projected: 3, aggregates: n % 4, mean_ms: 1.7 ** (n % 19) },
    },
    ...{ prior: (n % 8) / 8, estimated_gain: (n % 6) / 6 },
  };
}

/** The `n`-th request: will this change pay? */
export function benchRequest(n: number): InferRequest {
  return {
    task: confidence.name,
    instruction: confidence.instruction,
    prompt: confidence.prompt(candidate(n)),
    schema: {
      type: "object",
      properties: { pays: { type: "string", enum: ["yes", "no"] } },
      required: ["pays"],
      additionalProperties: false,
    },
    tokensMax: 64,
    deadlineMs: 30_000,
  };
}
