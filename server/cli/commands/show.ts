import {
  type ApprovalStatus,
  allows,
  isAdvice,
  rewritesOf,
  type Suggestion,
  type SuggestionItem,
} from "@/server/contracts";
import { formatInstant, formatPercent } from "@/server/format";
import type { Answer, CliCommand } from "../command";

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

/** A suggestion as every command shows it: its card first, as on the page. */
export function answerOf(one: Suggestion): Answer {
  return { data: one, lines: linesOf(one) };
}

function linesOf(one: Suggestion): string[] {
  return [
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
  ];
}

/** Whose approval it needs, while that is what it waits for. */
function linesOfApproval({ state, evaluation }: ApprovalStatus): string[] {
  const isOpen =
    allows("suggestion", "approve", state) ||
    (allows("suggestion", "approveFurther", state) && !evaluation.chain.is_complete);
  return isOpen ? evaluation.reasons.map((reason) => `  approval: ${reason}`) : [];
}

export function defineShow(command: CliCommand): void {
  command
    .argument("<suggestion_id>")
    .option("--approval", "what the policy asks of it, and how far that is met")
    .answers("Suggestion; with --approval: ApprovalStatus", async ({ ctx, arg, options }) => {
      const { getApproval, getSuggestion } = await import("@/server/decisions");
      const input = { suggestion_id: arg("suggestion_id") };
      const approval = await getApproval({ ctx, input });
      if (options.approval === true) return { data: approval, lines: approval.evaluation.reasons };
      const { data, lines } = answerOf(await getSuggestion({ ctx, input }));
      return { data, lines: [...lines, ...linesOfApproval(approval)] };
    });
}
