import type { Command } from "commander";
import {
  ApproveRequest,
  isAdvice,
  ListSuggestions,
  RejectRequest,
  rewritesOf,
  type Suggestion,
  type SuggestionItem,
  type SuggestionSummary,
} from "@/server/contracts";
import {
  approveSuggestion,
  cancelProof,
  getApproval,
  getSuggestion,
  listSuggestions,
  rejectSuggestion,
  reopenSuggestion,
} from "@/server/decisions";
import { formatInstant, formatInterval, formatPercent } from "@/server/format";
import { type Answer, answer, collect, table } from "../command";

function rowOf(row: SuggestionSummary): string[] {
  const gain = row.workload_gain;
  const measured = gain === null ? row.basis : formatInterval(gain);
  const state = row.rollback === null ? row.state : `${row.state}, rollback ${row.rollback}`;
  return [row.suggestion_id, state, measured, row.title];
}

/** That this very change was executed and rolled back before, and what is different now. */
function linesOfRevert(revert: SuggestionItem["reverted_before"]): string[] {
  if (revert === null) return [];
  const by = revert.is_automatic ? "automatically" : `by ${revert.by}`;
  const since = revert.changes_since.join(" ") || "no known change.";
  return [
    `    executed before and rolled back ${by} (${revert.suggestion_id}, ${formatInstant(revert.at)}): ${revert.outcome ?? "no clear effect by then."}`,
    `    since then: ${since}`,
  ];
}

/** One suggested change: what it saves, and the statements or the new query texts it consists of. */
function linesOfItem(item: SuggestionItem): string[] {
  const { query_speedup, query_speedup_interval, basis, of } = item.estimated_impact;
  const { coverage, note } = item.estimated_impact;
  const replayed = coverage === null ? "" : ` (${formatPercent(coverage)} of it replayed)`;
  const saves =
    note ??
    `${basis}: ${[query_speedup, query_speedup_interval ?? ""].join(" ").trim()} less time${of === "workload" ? ` in the workload${replayed}` : ""}`;
  const role = isAdvice(item.change) ? "advice for the product's developers" : "suggested";
  const before = item.rejected_before;
  return [
    `  ${role}: ${item.title} (${item.type}; ${saves})`,
    ...(before === null
      ? []
      : [
          `    rejected before, by ${before.reviewer} in ${before.suggestion_id}: ${before.reason.replace(/\s+/g, " ")}`,
        ]),
    ...linesOfRevert(item.reverted_before),
    ...item.execution_sql
      .split("\n")
      .filter(Boolean)
      .map((line) => `    ${line}`),
    ...rewritesOf(item.change).map(
      ({ fingerprint, sql }) => `    query ${fingerprint} becomes: ${sql.replace(/\s+/g, " ")}`,
    ),
  ];
}

function lineOfWarning(warning: Suggestion["warnings"][number]): string {
  switch (warning.code) {
    case "suspect_text":
      return `  suspect text at ${warning.pointer}: read it with care`;
    case "unread_query":
      return `  not taken into account: ${warning.pointer}, ${warning.message}`;
    case "limited_analysis":
      return `  ${warning.message}`;
  }
}

export function answerOf(one: Suggestion): Answer {
  return {
    data: one,
    lines: [
      `${one.suggestion_id}  ${one.state}`,
      one.note,
      ...(one.card?.lines ?? []).map(({ label, text }) => `  ${label}: ${text}`),
      ...one.warnings.map(lineOfWarning),
      ...one.suggestions.flatMap(linesOfItem),
      ...one.alternatives.map(
        (item) => `  not suggested: ${item.title} (${item.verdict?.reason ?? item.reason})`,
      ),
      ...one.findings.map(({ severity, title }) => `  finding, ${severity}: ${title}`),
      ...(one.sets.length < 2 ? [] : [`  sets of changes measured: ${one.sets.length}`]),
    ],
  };
}

export function addSuggestionCommands(group: Command): void {
  group
    .command("list")
    .description("newest first")
    .option("--state <states>", "for instance pending,approved", collect, [])
    .option("--limit <count>", "at most so many", "50")
    .action((options: { state: string[]; limit: string }, command: Command) =>
      answer(command, async (ctx) => {
        const state = options.state.length > 0 ? { state: options.state } : {};
        const input = ListSuggestions.parse({ ...state, limit: Number(options.limit) });
        const page = await listSuggestions({ ctx, input });
        return { data: page, lines: table(page.items.map(rowOf)) };
      }),
    );
  group
    .command("show <suggestion_id>")
    .description("one suggestion with everything measured (--json)")
    .action((suggestion_id: string, _, command: Command) =>
      answer(command, async (ctx) =>
        answerOf(await getSuggestion({ ctx, input: { suggestion_id } })),
      ),
    );
  group
    .command("cancel <suggestion_id>")
    .description("end its test run, or the search for better advice")
    .action((suggestion_id: string, _, command: Command) =>
      answer(command, async (ctx) =>
        answerOf(await cancelProof({ ctx, input: { suggestion_id } })),
      ),
    );
  group
    .command("approve <suggestion_id>")
    .description("as a person: --as <email>")
    .option("--reason <text>")
    .option("--item <item_ids>", "only these items", collect, [])
    .option("--acknowledge-coverage", "although too little of the workload was replayed")
    .option("--acknowledge-alone", "although nobody else checks it")
    .action((suggestion_id: string, options, command: Command) =>
      answer(command, async (ctx) => {
        const items = options.item.length > 0 ? { item_ids: options.item } : {};
        const input = ApproveRequest.parse({
          reason: options.reason,
          ...items,
          acknowledges_coverage: options.acknowledgeCoverage,
          acknowledges_alone: options.acknowledgeAlone,
        });
        return answerOf(await approveSuggestion({ ctx, input: { ...input, suggestion_id } }));
      }),
    );
  group
    .command("approval <suggestion_id>")
    .description("which approvals it needs, and why")
    .action((suggestion_id: string, _, command: Command) =>
      answer(command, async (ctx) => {
        const status = await getApproval({ ctx, input: { suggestion_id } });
        return { data: status, lines: status.evaluation.reasons };
      }),
    );
  group
    .command("reopen <suggestion_id>")
    .description("ask for a decision again after it expired")
    .action((suggestion_id: string, _, command: Command) =>
      answer(command, async (ctx) =>
        answerOf(await reopenSuggestion({ ctx, input: { suggestion_id } })),
      ),
    );
  group
    .command("reject <suggestion_id>")
    .description("as a person: --as <email>")
    .requiredOption("--reason <text>")
    .action((suggestion_id: string, options, command: Command) =>
      answer(command, async (ctx) => {
        const input = RejectRequest.parse({ reason: options.reason });
        return answerOf(await rejectSuggestion({ ctx, input: { ...input, suggestion_id } }));
      }),
    );
}
