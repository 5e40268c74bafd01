import type { ModelEvaluation, PresentScores } from "@/server/contracts";

/** One chance in a hundred to call a model worse that is as good: one-sided, standard normal. */
const Z_MIN = 2.33;

/**
 * Where an evaluated model is worse than the one present then: choices of the held-out questions
 * that it gets wrong more often by more than chance (McNemar 1947, on the questions that one of
 * both alone got right), and tasks that the present model answers and this one may not. Empty where it
 * was compared with none.
 */
export function worseAt({ trusted_tasks, present }: ModelEvaluation): string[] {
  if (present === undefined) return [];
  const choices = Object.keys(present.tasks).filter((field) => isWorse(present.tasks[field]));
  const kept = trusted_tasks ?? present.trusted_tasks;
  const lost = present.trusted_tasks.filter((task) => !kept.includes(task));
  return [...new Set([...choices, ...lost])].sort();
}

function isWorse(scores: PresentScores | undefined): boolean {
  if (scores === undefined) return false;
  const { lost, won } = scores;
  return lost - won > Z_MIN * Math.sqrt(lost + won);
}
