import type {
  BaselineScores,
  ChoiceScores,
  ModelEvaluation,
  TrainingExample,
} from "@/server/contracts";
import { formatExactPercent } from "@/server/format";
import { chooseTasks } from "../card/choose-tasks";
import { evaluateOn, type Questions } from "../evaluate/evaluate";
import type { Report } from "../evaluate/report";
import { baselineScores, choiceScores, toEvaluation } from "../evaluate/to-evaluation";

interface Contender {
  name: string;
  file: string;
  calibration: Readonly<Record<string, number>>;
}

interface Contest {
  candidate: Contender;
  baseline: Contender & { sha256: string; tasks: readonly string[] };
  /** Of the base set's test split. */
  questions: Questions;
  /** What happened here and was kept out of training. */
  own: readonly TrainingExample[];
  threads: number;
  /** Of a process that holds the candidate alone, MB. */
  residentMb: number;
}

/**
 * Asks candidate and baseline the same held-out questions, of the test split and of this
 * place. The candidate may answer what the baseline may, if it is still better than the rules:
 * trust is taken away here, never given.
 */
export async function evaluateBoth(
  contest: Contest,
): Promise<{ report: Report; evaluation: ModelEvaluation }> {
  const { candidate, baseline, questions, threads, residentMb } = contest;
  const ask = ({ file, calibration }: Contender, asked: Questions) => {
    // What no generator wrote is asked once, not with the questions of this place.
    const outside = asked === questions ? {} : { outside: [] };
    return evaluateOn({ model: file, calibration, threads, ...outside }, asked, residentMb);
  };
  const [one, other] = [await ask(candidate, questions), await ask(baseline, questions)];
  const here = { ...questions, examples: contest.own };
  const [oneHere, otherHere] = [await ask(candidate, here), await ask(baseline, here)];
  const trusted = chooseTasks(one.report).filter((task) => baseline.tasks.includes(task));
  const evaluation = toEvaluation(one.report, trusted, candidate.calibration);
  return {
    report: one.report,
    evaluation: {
      ...evaluation,
      baseline: {
        ...{ name: baseline.name, sha256: baseline.sha256, trusted_tasks: [...baseline.tasks] },
        tasks: baselineScores(other, one.answers),
      },
      live: {
        tasks: choiceScores(oneHere.report),
        baseline: baselineScores(otherHere, oneHere.answers),
      },
    },
  };
}

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
        ...[field, n, `**${formatExactPercent(accuracy)}**`],
        ...[
          beside === undefined ? "–" : formatExactPercent(beside.accuracy),
          formatExactPercent(rules),
        ],
        ...[beside?.won ?? "–", beside?.lost ?? "–"],
      ]);
    }),
  ];
}
