import type { Token } from "node-llama-cpp";
import type { Evaluator } from "./evaluator";
import type { Step } from "./plan";
import type { Vocabulary } from "./vocabulary";

/** Of how many likeliest tokens one must fit; when none does, the text ends. */
const LIKELIEST = 64;

interface Written {
  text: string;
  pending: Token[];
  tokens: number;
}

/**
 * Splits what a token would add into letters and the beginning of `closing`; null when it does not
 * fit. A token may hold both: `."}` ends a text.
 */
function fitToken(step: Step & { kind: "text" }, added: string, room: number) {
  const quote = added.indexOf('"');
  const letters = [...(quote < 0 ? added : added.slice(0, quote))];
  const tail = quote < 0 ? "" : added.slice(quote);
  if (added === "" || letters.length > room) return null;
  if (!letters.every(step.isLetter) || !step.closing.startsWith(tail)) return null;
  return { letters, tail };
}

/**
 * Writes a bounded text at temperature 0: of the likeliest tokens the first that keeps to the
 * schema. It ends with the model's quote, at its bound, or after `tokensMax` tokens.
 */
export async function writeText(
  evaluator: Evaluator,
  vocabulary: Vocabulary,
  step: Step & { kind: "text" },
  input: { pending: Token[]; tokensMax: number },
): Promise<Written> {
  let { pending } = input;
  let text = "";
  let room = step.lettersMax;
  let tokens = 0;
  while (room > 0 && tokens < input.tokensMax) {
    const likeliest = await evaluator.likeliest(pending, LIKELIEST);
    tokens += 1;
    let taken: { token: Token; tail: string } | null = null;
    for (const token of likeliest) {
      const fitting = fitToken(step, vocabulary.textOf(token), room);
      if (fitting === null) continue;
      text += fitting.letters.join("");
      room -= fitting.letters.length;
      taken = { token, tail: fitting.tail };
      break;
    }
    if (taken === null) {
      // What was read is read: nothing of it may be read again.
      pending = [];
      break;
    }
    pending = [taken.token];
    if (taken.tail !== "") {
      const rest = step.closing.slice(taken.tail.length);
      return { text, tokens, pending: [...pending, ...vocabulary.tokensOf(rest)] };
    }
  }
  return { text, tokens, pending: [...pending, ...vocabulary.tokensOf(step.closing)] };
}
