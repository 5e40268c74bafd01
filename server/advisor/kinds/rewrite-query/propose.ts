import type { Candidate, Plan, RewriteRule, Risk } from "@/server/contracts";
import { formatPlural } from "@/server/format";
import type { QueryRewriteOption } from "@/server/workload/shape";
import { callsText, frequencyText, subjectTables, usageFactors } from "../../candidate-parts";
import type { Proposals, ProposeInput } from "../../kind-spec";
import type { WorkloadQuery } from "../../workload-query";
import { measureUsage } from "../../workload-query";

/**
 * What a rule saved where it was measured (DuckDB 1.5.6, one thread, 0.5 to 2 M rows; the figures
 * stand with each rule in server/workload/rewrites), and how often it helped there. `prune_star` and
 * `share_subquery` never reliably did, so no text is written by them.
 */
const MEASURED: Partial<
  Record<RewriteRule, { title: string; prior: number; gain: number; cost: string }>
> = {
  sargable_predicate: {
    title: "add the range of the bare column",
    prior: 0.7,
    gain: 0.8,
    cost: "Where rows are not stored in the order of that column, or all are in the range, both tests cost a little (38 → 44 ms).",
  },
  drop_distinct: {
    title: "drop a needless DISTINCT",
    prior: 0.6,
    gain: 0.3,
    cost: "The result stays the same only while the key that excludes duplicates exists.",
  },
  drop_order_by: {
    title: "drop a needless ORDER BY in a subquery",
    prior: 0.8,
    gain: 0.6,
    cost: "Rows read from this subquery without aggregation come in no particular order.",
  },
  decorrelate_subquery: {
    title: "join pre-computed aggregates",
    prior: 0.5,
    gain: 0.5,
    cost: "Computes the aggregates of all keys: slower where only a few are needed (18 → 103 ms at 1%).",
  },
  not_in_to_anti_join: {
    title: "use NOT EXISTS",
    prior: 0.8,
    gain: 0.9,
    cost: "The result stays the same only while neither column can be NULL.",
  },
  top_n: {
    title: "limit before numbering",
    prior: 0.8,
    gain: 0.9,
    cost: "Among rows that tie in the order, either text may keep any.",
  },
  or_to_in: {
    title: "use an IN list",
    prior: 0.7,
    gain: 0.4,
    cost: "Without an index on that column the gain is small (75.7 → 47 ms).",
  },
};

/** One candidate for each text that may take a query's place. */
export function proposeRewrites(input: ProposeInput): Proposals {
  const subjects = new Set(subjectTables(input).map((table) => table.name));
  const seen = new Set<string>();
  const candidates: Candidate[] = [];
  for (const query of input.queries) {
    const [table] = query.shape.tables;
    if (table === undefined || !subjects.has(table)) continue;
    for (const option of query.rewrites ?? []) {
      const candidate = draft(input, query, table, option);
      if (candidate === null || seen.has(candidate.candidate_id)) continue;
      seen.add(candidate.candidate_id);
      candidates.push(candidate);
    }
  }
  return { candidates, excluded: [] };
}

function draft(
  input: ProposeInput,
  query: WorkloadQuery,
  table: string,
  { rule, sql, why }: QueryRewriteOption,
): Candidate | null {
  const measured = MEASURED[rule];
  if (!measured) return null;
  const { fingerprint } = query.pattern;
  const usage = measureUsage(input.queries, [query]);
  const basis = { name: "Expected effect", weight: measured.gain, detail: why };
  return {
    candidate_id: `rewrite_query:${fingerprint}:${rule}`,
    change: { kind: "rewrite_query", table, rule, rewrites: [{ fingerprint, sql }] },
    target: fingerprint,
    title: `Rewrite query on \`${table}\`: ${measured.title}`,
    reason: `${frequencyText(usage)} query of ${table} (${callsText(usage)}). ${why}`,
    factors: [...usageFactors(usage), basis],
    drawbacks: [
      "The product's own code must send the new text: the sidecar cannot change it.",
      measured.cost,
    ],
    risk: riskOf(query, table),
    plan: structuredClone(NOTHING_TO_RUN),
    targeted_fingerprints: [fingerprint],
    prior: measured.prior,
    estimated_gain: measured.gain,
    estimated_storage_overhead: 0,
  };
}

const NOTHING_TO_RUN: Plan = {
  statements: [],
  revert_statements: [],
  cleanup_statements: [],
  is_reversible: true,
};

function riskOf(query: WorkloadQuery, table: string): Risk {
  return {
    level: "low",
    locks: "None: nothing runs on the product.",
    write_cost: "None.",
    reversibility: "The previous text can be used again at any time.",
    blast_radius: "Only callers of this one query.",
    affected_consumers: [
      `1 query shape on ${table} (${formatPlural(query.pattern.calls, "call")})`,
    ],
  };
}
