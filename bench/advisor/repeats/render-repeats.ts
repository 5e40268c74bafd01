import { formatCount } from "@/server/format";
import { markdownTable } from "../report/markdown-table";
import type { RepeatedRuns } from "./compare-runs";

export interface RepeatedWorkload extends RepeatedRuns {
  workload: string;
  rows: number;
}

const HEAD = ["workload", "rows", "runs", "same advice", "decided by noise", "time"];

/** The repeated runs as Markdown: one row a workload. */
export function renderRepeats(results: readonly RepeatedWorkload[]): string {
  const rows = results.map((result) => [
    result.workload,
    formatCount(result.rows),
    String(result.runs),
    `${result.same} of ${result.runs}`,
    Object.entries(result.undecided)
      .map(([id, count]) => `${id} (${count})`)
      .join(", ") || "–",
    `${Math.round(result.seconds_max)} s`,
  ]);
  const align = HEAD.map((name) =>
    name === "workload" || name.startsWith("decided") ? "---" : "---:",
  );
  return markdownTable([HEAD, align, ...rows]);
}
