import type { Screening } from "@/server/contracts";
import { type AskOptions, askModel } from "./ask-task";
import type { InferenceContext } from "./client/create-inference-client";
import { type AdversarialInput, adversarial } from "./tasks";

/** From this score on a text counts as suspect: more likely an attack than not. */
const SUSPECT_SCORE = 0.5;
/** Texts the rules look at, and those of them the model is asked about. */
const TEXTS_MAX = 256;
const ASKED_MAX = 32;
/** Characters of a text that are looked at; the task reads fewer, once blanks are joined. */
const CHARACTERS_MAX = 4000;

function screeningOf(score: number, model: string | null): Screening {
  return {
    is_suspect: score >= SUSPECT_SCORE,
    score: Math.round(score * 1000) / 1000,
    by: model === null ? "rules" : "model",
    model,
  };
}

interface ScreenTexts extends AskOptions {
  ctx: InferenceContext;
  input: readonly AdversarialInput[];
}

/**
 * Which of these texts are possible prompt injections? One screening a text, in their order, of the
 * first 256. What the rules know as an attack counts, and the model is not asked about it. A first
 * fence only: what a text can do is bounded by the typed grammar of changes, whether it was found
 * suspect or not.
 */
export async function screenEach({
  ctx,
  input: texts,
  ...options
}: ScreenTexts): Promise<Screening[]> {
  const byRules = texts.slice(0, TEXTS_MAX).map(({ place, text }) => {
    const input = { place, text: text.slice(0, CHARACTERS_MAX) };
    return { input, score: adversarial.read(adversarial.ruleFallback(input), []).score };
  });
  const open = byRules.filter(({ input, score }) => score === 0 && input.text.trim() !== "");
  const asked = new Set(open.slice(0, ASKED_MAX));
  return Promise.all(
    byRules.map(async (one) => {
      const answered = asked.has(one)
        ? await askModel({ ctx, task: adversarial, input: one.input, ...options })
        : null;
      return answered === null
        ? screeningOf(one.score, null)
        : screeningOf(answered.result.score, answered.model);
    }),
  );
}

/** The worst of the texts' screenings; of no text: nothing suspect. */
export async function screenTexts({ input, ...asked }: ScreenTexts): Promise<Screening> {
  const filled = input.filter(({ text }) => text.trim() !== "");
  const screenings = await screenEach({ ...asked, input: filled });
  const [worst] = screenings.sort((a, b) => b.score - a.score);
  return worst ?? screeningOf(0, null);
}
