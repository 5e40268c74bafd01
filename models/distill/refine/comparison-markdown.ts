import type { BaselineScores, ChoiceScores, ModelEvaluation } from "@/server/contracts";

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const row = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;

/** Candidate and baseline side by side, as tables. */
export function comparisonTables({ tasks, baseline, live }: ModelEvaluation): string {
  if (baseline === undefined) return "";
  return [
    `## Beside ${baseline.name}`,
    "",
    "The same questions of the test split, none of whose families was trained on.",
    "",
    ...table(tasks, baseline.tasks),
    "",
    "What happened here and was kept out of training.",
    "",
    ...table(live?.tasks ?? {}, live?.baseline ?? {}),
    "",
  ].join("\n");
}

function table(
  candidate: Readonly<Record<string, ChoiceScores>>,
  baseline: Readonly<Record<string, BaselineScores>>,
): string[] {
  return [
    row([
      "choice",
      "questions",
      "candidate",
      "baseline",
      "rules",
      "only candidate",
      "only baseline",
    ]),
    row(["---", "--:", "--:", "--:", "--:", "--:", "--:"]),
    ...Object.entries(candidate).map(([field, { n, accuracy, rules }]) => {
      const beside = baseline[field];
      return row([
        ...[field, n, `**${percent(accuracy)}**`],
        ...[beside === undefined ? "–" : percent(beside.accuracy), percent(rules)],
        ...[beside?.won ?? "–", beside?.lost ?? "–"],
      ]);
    }),
  ];
}
