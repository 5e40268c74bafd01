import type { Screening } from "@/server/contracts";
import { type AskOptions, askModel } from "./ask-task";
import { type AdversarialInput, adversarial } from "./tasks";

/** From this score on a text counts as suspect: more likely an attack than not. */
const SUSPECT_SCORE = 0.5;
/** Texts the rules look at, and those of them the model is asked about. */
const TEXTS_MAX = 256;
const ASKED_MAX = 32;
/** Letters of a text that are looked at; the task itself reads fewer, once blanks are joined. */
const LETTERS_MAX = 4000;

function screeningOf(score: number, model: string | null): Screening {
  return {
    is_suspect: score >= SUSPECT_SCORE,
    score: Math.round(score * 1000) / 1000,
    by: model === null ? "rules" : "model",
    model,
  };
}

/**
 * Does any of these texts try to steer who reads it? One screening a text, in their order, of the
 * first 256. What the rules know as an attack counts, and the model is not asked about it. A first
 * fence only: what a text can do is bounded by the typed grammar of changes, whether it was found
 * suspect or not.
 */
export async function screenEach(
  texts: readonly AdversarialInput[],
  options: AskOptions = {},
): Promise<Screening[]> {
  const looked = texts.slice(0, TEXTS_MAX).map(({ place, text }) => {
    const input = { place, text: text.slice(0, LETTERS_MAX) };
    return { input, score: adversarial.read(adversarial.byRules(input), []).score };
  });
  const open = looked.filter(({ input, score }) => score === 0 && input.text.trim() !== "");
  const asked = new Set(open.slice(0, ASKED_MAX));
  return Promise.all(
    looked.map(async (one) => {
      const told = asked.has(one) ? await askModel(adversarial, one.input, options) : null;
      return told === null
        ? screeningOf(one.score, null)
        : screeningOf(told.result.score, told.model);
    }),
  );
}

/** The worst of the texts' screenings; of no text: nothing suspect. */
export async function screenTexts(
  texts: readonly AdversarialInput[],
  options: AskOptions = {},
): Promise<Screening> {
  const filled = texts.filter(({ text }) => text.trim() !== "");
  const [worst] = (await screenEach(filled, options)).sort((a, b) => b.score - a.score);
  return worst ?? screeningOf(0, null);
}
