import { CHANGE_KINDS } from "@/server/advisor";
import {
  type Change,
  ChangeKind,
  type Finding,
  rewritesOf,
  type SetTrial,
  type Suggestion,
  type SuggestionItem,
} from "@/server/contracts";
import { buildDecisionCard } from "@/server/decision-card";
import { evidenceOf, queryEvidenceOf } from "@/server/decisions/testing/evidence";
import { exampleSuggestion } from "./examples";

const SQL = "SELECT status, count(*) FROM projects GROUP BY status";
const table = "projects";

/** One change of every kind, and what only some changes of a kind have. */
const CHANGES: Change[] = [
  ...ChangeKind.options.map((kind) => CHANGE_KINDS[kind].sample.change),
  { kind: "cluster_table", table, keys: ["creation_date", "status"], curve: "morton" },
  { kind: "cluster_table", table, keys: ["creation_date"], step: "week" },
];

const FINDING: Finding = {
  finding_id: "missing_values:projects:status",
  kind: "missing_values",
  table,
  column: "status",
  severity: "warning",
  title: "Column status is empty in 40% of the rows",
  detail: "2,000 of 5,000 rows have no status.",
  evidence: { rows: 5000, rows_total: 5000, values: { missing: 2000 } },
  remediation: { text: "Fill it, or leave the column out.", sql: null },
};

/** A measured suggestion in which every part of the published shape is present. */
export function completeSuggestion(): Suggestion {
  const items = CHANGES.map(itemOf);
  const suggestion = exampleSuggestion({
    basis: "measured",
    product_id: "duckdb-spawn",
    requested: {
      changes: [CHANGE_KINDS.add_column.sample.change, CHANGE_KINDS.drop_index.sample.change],
      reason: "Risk reports need it.",
      origin: { kind: "cooperation", conversation_id: "conversation-1" },
    },
    suggestions: items,
    set_evidence: evidenceOf([queryEvidenceOf("grouped", 0.9)]),
    sets: [["first"], ["first", "second"]].map(setOf),
    findings: [FINDING],
    warnings: [
      {
        ...{ code: "suspect_text", pointer: "/context/query_patterns/0/query" },
        ...{ score: 1, by: "rules", model: null },
      },
      {
        ...{ code: "unread_query", pointer: "/context/query_patterns/1/query" },
        ...{ reason: "syntax_error", message: 'syntax error near "FORM"' },
      },
    ],
  });
  return { ...suggestion, card: buildDecisionCard(suggestion, { delivered: 3, of: 4 }) };
}

function itemOf(change: Change, number: number): SuggestionItem {
  const [example] = exampleSuggestion().suggestions;
  if (example === undefined) throw new Error("the example has an item");
  const [rewrite] = rewritesOf(change);
  return {
    ...example,
    item_id: `item-00000${number}`,
    candidate_id: `${change.kind}:${table}:${number}`,
    type: change.kind,
    change,
    rejected_before: {
      suggestion_id: "sugg-0123456789aa",
      reviewer: "person@example.org",
      reason: "Not this week.",
      at: "2026-01-01T00:00:00.000Z",
    },
    reverted_before: {
      suggestion_id: "sugg-0123456789aa",
      ...{ by: "person@example.org", is_automatic: false, outcome: null },
      at: "2026-01-01T00:00:00.000Z",
      changes_since: ["The schema has changed."],
    },
    evidence: evidenceOf(
      [
        queryEvidenceOf("grouped", 0.9, {
          sql: SQL,
          cold: {
            baseline_ms: 120,
            candidate_ms: 14,
            baseline_bytes: 4_000_000,
            candidate_bytes: 20_000,
            runs: 3,
          },
          ...(rewrite === undefined ? {} : { rewritten_sql: rewrite.sql }),
        }),
      ],
      {
        extrapolation: {
          model: "Time grows in proportion to rows.",
          fitted_at: [0.5, 1],
          gain: { value: 0.94, low: 0.92, high: 0.95 },
        },
      },
    ),
  };
}

function setOf(candidate_ids: string[], number: number): SetTrial {
  return {
    candidate_ids,
    gain: { value: 0.5, low: 0.4, high: 0.6 },
    storage_overhead: 0.1 * number,
    insert_ratio: number === 0 ? null : 1.2,
    net_gain: 0.48,
    is_pareto: true,
    is_chosen: number === 1,
  };
}
