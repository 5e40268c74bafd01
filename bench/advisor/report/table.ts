import { formatCount, formatInterval, formatPercent } from "@/server/format";
import type { WorkloadResult } from "../run-workload";
import type { StrategyName } from "../types";
import { markdownTable } from "./markdown-table";
import { promiseCounts, shareOfBest, slowerQueries, strategyOf, worstText } from "./summary";

const HEAD = [
  "workload",
  "rows",
  "index everything",
  "rules, no proof",
  "best set found",
  "**this advisor**",
  "with query changes",
  "its worst query",
  "changes",
  "time",
];

/** The results as Markdown: one row a workload, gains as shares of the workload's time saved. */
export function renderTable(results: WorkloadResult[]): string {
  const rows = results.map((result) => {
    const ours = strategyOf(result, "ours");
    return [
      result.workload,
      formatCount(result.rows),
      gainText(result, "index_everything"),
      gainText(result, "rules"),
      gainText(result, "best"),
      gainText(result, "ours_schema", true),
      gainText(result, "ours", true),
      ours ? worstText(ours) : "–",
      String(result.advised.accepted.length),
      `${Math.round(result.advised.seconds)} s`,
    ];
  });
  const { made, kept, keptWithinNoise } = promiseCounts(results);
  const align = HEAD.map((_, at) => (at === 0 ? "---" : "---:"));
  return [
    markdownTable([HEAD, align, ...rows]),
    "",
    ...shareOfBestText(results),
    `Queries surely slower than before: ${slowerText(results)}.`,
    "",
    `Of ${made} proved promises (changes alone and together) ${kept} delivered at least the lower end of their interval on the full data; ${keptWithinNoise} within the measurement's noise.`,
  ].join("\n");
}

function shareOfBestText(results: WorkloadResult[]): string[] {
  const found = shareOfBest(results);
  if (found === null) return [];
  const { share, workload } = found.least;
  return [
    `Of the best set's gain this advisor has ${formatPercent(found.median)} as the median over workloads, ${formatPercent(share)} at least (${workload}).`,
  ];
}

function slowerText(results: WorkloadResult[]): string {
  const count = (name: StrategyName) => String(slowerQueries(results, name).length);
  return `${count("ours")} by this advisor, ${count("best")} by the best sets found, ${count("rules")} by the rules without proof, ${count("index_everything")} by indexing everything`;
}

function gainText(result: WorkloadResult, name: StrategyName, hasInterval = false): string {
  const strategy = strategyOf(result, name);
  if (strategy === undefined) return "–";
  if (strategy.outcome === null) return "refused";
  const { gain, differing } = strategy.outcome;
  const text = hasInterval ? formatInterval(gain) : formatPercent(gain.value);
  // A gain by answering something else is none.
  return differing.length > 0 ? `${text}, ${differing.length} queries answer differently` : text;
}
