import type { ModelEvaluation, TrainingExample } from "@/server/contracts";
import { chooseTasks } from "../card/choose-tasks";
import { evaluateOn, type Questions } from "../evaluate/evaluate";
import type { Report } from "../evaluate/report";
import { choiceScores, presentScores, toEvaluation } from "../evaluate/to-evaluation";

interface Contender {
  name: string;
  file: string;
  calibration: Readonly<Record<string, number>>;
}

interface Contest {
  candidate: Contender;
  present: Contender & { sha256: string; tasks: readonly string[] };
  /** Of the base set's test split. */
  questions: Questions;
  /** What happened here and was kept out of training. */
  own: readonly TrainingExample[];
  threads: number;
  /** Of a process that holds the candidate alone, MB. */
  residentMb: number;
}

/**
 * Asks candidate and present model the same held-out questions, of the test split and of this
 * place. The candidate may answer what the present one may, if it is still better than the rules:
 * trust is taken away here, never given.
 */
export async function evaluateBoth(
  contest: Contest,
): Promise<{ report: Report; evaluation: ModelEvaluation }> {
  const { candidate, present, questions, threads, residentMb } = contest;
  const ask = ({ file, calibration }: Contender, asked: Questions) => {
    // What no generator wrote is asked once, not with the questions of this place.
    const outside = asked === questions ? {} : { outside: [] };
    return evaluateOn({ model: file, calibration, threads, ...outside }, asked, residentMb);
  };
  const [one, other] = [await ask(candidate, questions), await ask(present, questions)];
  const here = { ...questions, examples: contest.own };
  const [oneHere, otherHere] = [await ask(candidate, here), await ask(present, here)];
  const trusted = chooseTasks(one.report).filter((task) => present.tasks.includes(task));
  const evaluation = toEvaluation(one.report, trusted, candidate.calibration);
  return {
    report: one.report,
    evaluation: {
      ...evaluation,
      present: {
        ...{ name: present.name, sha256: present.sha256, trusted_tasks: [...present.tasks] },
        tasks: presentScores(other, one.answers),
      },
      live: {
        tasks: choiceScores(oneHere.report),
        present: presentScores(otherHere, oneHere.answers),
      },
    },
  };
}
