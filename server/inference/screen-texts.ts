import type { Screening } from "@/server/contracts";
import { findInjections, type PlacedText } from "@/server/guard";
import { type AskOptions, askModel } from "./ask-task";
import type { InferenceContext } from "./client/create-inference-client";
import { type AdversarialInput, adversarial } from "./tasks";

/** From this score on a text counts as suspect: more likely an attack than not. */
const SUSPECT_SCORE = 0.5;
/** Texts the model is asked about; the rules read all. */
const ASKED_MAX = 32;
/** Places that are told of a suspect message. */
const PLACES_MAX = 20;

/** A text of others and where it was found. */
type PlacedInput = PlacedText & AdversarialInput;

/** The task without its rules: they have read these texts already. */
const { reconcile: _, ...modelAlone } = adversarial;

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
  input: readonly PlacedInput[];
}

/**
 * Which of these texts are possible prompt injections? One screening a text, in their order. The rules
 * read every text to its end, and all as one; what they know as an attack counts, and the model is not
 * asked about it. A first fence only: what a text can do is bounded by the typed grammar of changes,
 * whether it was found suspect or not.
 */
export async function screenEach({
  ctx,
  input: texts,
  ...options
}: ScreenTexts): Promise<Screening[]> {
  const found = findInjections(texts);
  const isOpen = ({ text, isKey = false }: PlacedInput, index: number) =>
    found[index] === null && !isKey && text.trim() !== "";
  const screenings = found.map((code) => screeningOf(code === null ? 0 : 1, null));
  const open = texts.flatMap((one, index) => (isOpen(one, index) ? [{ ...one, index }] : []));
  await Promise.all(
    open.slice(0, ASKED_MAX).map(async ({ place, text, index }) => {
      const answered = await askModel({
        ctx,
        task: modelAlone,
        input: { place, text },
        ...options,
      });
      if (answered !== null) {
        screenings[index] = screeningOf(answered.result.score, answered.model);
      }
    }),
  );
  return screenings;
}

/** The worst of the texts' screenings, with the places of all that are suspect; of no text: nothing suspect. */
export async function screenTexts(asked: ScreenTexts): Promise<Screening> {
  return worstOf(asked.input, await screenEach(asked));
}

/** Like screenTexts, by the rules alone: nothing is waited for. */
export function screenByRules(texts: readonly PlacedInput[]): Screening {
  const found = findInjections(texts);
  return worstOf(
    texts,
    found.map((code) => screeningOf(code === null ? 0 : 1, null)),
  );
}

function worstOf(texts: readonly PlacedInput[], screenings: readonly Screening[]): Screening {
  const suspect = texts.filter((_, index) => screenings[index]?.is_suspect);
  const places = [...new Set(suspect.map(({ pointer }) => pointer))].slice(0, PLACES_MAX);
  const worst = screenings.reduce((a, b) => (b.score > a.score ? b : a), screeningOf(0, null));
  return { ...worst, ...(places.length > 0 ? { places } : {}) };
}
