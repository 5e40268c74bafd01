import type { Screening } from "@/server/contracts";
import { type AskOptions, askTask } from "./ask-task";
import { type AdversarialInput, adversarial } from "./tasks";

/** From this score on a text counts as suspect: more likely an attack than not. */
const SUSPECT_SCORE = 0.5;
/** Texts looked at; names of a thousand columns are not worth a thousand questions. */
const TEXTS_MAX = 32;

/**
 * Does any of these texts try to steer who reads it? The worst counts, and what the rules know as an
 * attack counts whatever the model says. A first fence only: what a text can do is bounded by the
 * typed grammar of changes, whether it was found suspect or not.
 */
export async function screenTexts(
  texts: readonly AdversarialInput[],
  options: AskOptions = {},
): Promise<Screening> {
  const looked = texts.filter(({ text }) => text.trim() !== "").slice(0, TEXTS_MAX);
  const told = await Promise.all(looked.map((input) => askTask(adversarial, input, options)));
  const scores = told.map(({ result }, at) => {
    const input = looked[at];
    const isKnown = input !== undefined && JSON.parse(adversarial.byRules(input)).adversarial;
    return isKnown === "yes" ? 1 : result.score;
  });
  const score = Math.max(0, ...scores);
  const model = told.find((one) => one.model !== null)?.model ?? null;
  return {
    is_suspect: score >= SUSPECT_SCORE,
    score: Math.round(score * 1000) / 1000,
    by: model === null ? "rules" : "model",
    model,
  };
}
