import type { ChoiceScores, ModelEvaluation, PresentScores } from "@/server/contracts";

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const row = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;

/** Candidate and present model side by side, as tables. */
export function comparisonTables({ tasks, present, live }: ModelEvaluation): string {
  if (present === undefined) return "";
  return [
    `## Beside ${present.name}`,
    "",
    "The same questions of the test split, none of whose families was trained on.",
    "",
    ...table(tasks, present.tasks),
    "",
    "What happened here and was kept out of training.",
    "",
    ...table(live?.tasks ?? {}, live?.present ?? {}),
    "",
  ].join("\n");
}

function table(
  candidate: Readonly<Record<string, ChoiceScores>>,
  present: Readonly<Record<string, PresentScores>>,
): string[] {
  return [
    row(["choice", "questions", "candidate", "present", "rules", "only candidate", "only present"]),
    row(["---", "--:", "--:", "--:", "--:", "--:", "--:"]),
    ...Object.entries(candidate).map(([field, { n, accuracy, rules }]) => {
      const beside = present[field];
      return row([
        ...[field, n, `**${percent(accuracy)}**`],
        ...[beside === undefined ? "–" : percent(beside.accuracy), percent(rules)],
        ...[beside?.won ?? "–", beside?.lost ?? "–"],
      ]);
    }),
  ];
}
