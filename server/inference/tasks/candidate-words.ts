import type { CandidateFeatures } from "@/server/advisor";
import { counted, sentence } from "./words";

/** What a candidate is: kind, detail, type, and what its heaviest query does; no statistics. */
export function shapeWords({ kind, detail, type, keys, query }: CandidateFeatures): string {
  return sentence([
    kind,
    detail?.toLowerCase().replaceAll(" ", "_") ?? "",
    type,
    keys > 1 ? `keys ${Math.min(keys, 9)}` : "",
    query.uses.join(" "),
    query.values > 1 ? `values ${Math.min(query.values, 9)}` : "",
    query.is_wrapped ? "wrapped" : "",
    counted("filters", Math.min(query.other_filters, 9)),
    counted("indexed", Math.min(query.other_indexed, 9)),
    counted("joins", Math.min(query.joins, 9)),
    counted("groups", Math.min(query.groups, 9)),
    counted("sorts", Math.min(query.orders, 9)),
    query.limit === null ? "" : "limit",
    query.is_star ? "star" : counted("columns", Math.min(query.projected, 9)),
    counted("aggregates", Math.min(query.aggregates, 9)),
  ]);
}
