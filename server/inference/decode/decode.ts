import type { Token } from "node-llama-cpp";
import type { Vocabulary } from "../engine/tokens";
import type { AnswerValue, Choice, Plan, Step } from "./plan";

/** What decoding needs of a model: read tokens, tell the logits of the next one. */
export interface Evaluator {
  /** Logits of the given tokens; -Infinity where the model gives none. `read` is never empty. */
  logitsOf(read: Token[], tokens: Token[]): Promise<number[]>;
  /** The likeliest next tokens, best first. */
  likeliest(read: Token[], count: number): Promise<Token[]>;
}

export interface Decoded {
  answer: Record<string, AnswerValue>;
  probabilities: Record<string, Record<string, number>>;
}

/**
 * Has a model write the planned answer after `prompt`. Fixed text is never generated: it is read
 * in one batch with what comes before the next question, so that an answer of one choice costs the
 * reading of the prompt and nothing more.
 */
export async function decode(
  evaluator: Evaluator,
  vocabulary: Vocabulary,
  plan: Plan,
  input: { prompt: Token[]; tokensMax: number },
): Promise<Decoded> {
  const decoded: Decoded = { answer: {}, probabilities: {} };
  let pending = [...input.prompt, ...plan.opening];
  let { tokensMax } = input;
  for (const step of plan.steps) {
    if (step.kind === "choice") {
      const chosen = await choose(evaluator, step.choices, pending);
      decoded.answer[step.name] = chosen.choice.value;
      decoded.probabilities[step.name] = chosen.probabilities;
      pending = chosen.pending;
    } else {
      const written = await writeText(evaluator, vocabulary, step, { pending, tokensMax });
      decoded.answer[step.name] = written.text;
      pending = written.pending;
      tokensMax -= written.tokens;
    }
  }
  return decoded;
}

interface Chosen {
  choice: Choice;
  /** By the choices' texts; together 1. */
  probabilities: Record<string, number>;
  /** What is to be read before the model is asked again. */
  pending: Token[];
}

function softmax(logits: number[]): number[] {
  const highest = Math.max(...logits);
  // No finite logit at all: the model prefers none of them.
  if (!Number.isFinite(highest)) return logits.map(() => 1 / logits.length);
  const weights = logits.map((logit) => Math.exp(logit - highest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function groupByToken(choices: Choice[], depth: number): Map<Token | undefined, Choice[]> {
  const groups = new Map<Token | undefined, Choice[]>();
  for (const choice of choices) {
    const token = choice.tokens[depth];
    groups.set(token, [...(groups.get(token) ?? []), choice]);
  }
  return groups;
}

/**
 * Chooses at temperature 0. The model is asked only where choices differ (for digits, or words of
 * one token: once), and only for the tokens that may follow; their probabilities are renormalized.
 * Choices that part only further down a branch not taken share its probability equally.
 */
async function choose(evaluator: Evaluator, choices: Choice[], pending: Token[]): Promise<Chosen> {
  const probabilities: Record<string, number> = {};
  let read = pending;
  let left = choices;
  let mass = 1;
  for (let depth = 0; ; depth += 1) {
    const groups = [...groupByToken(left, depth)];
    const [only] = groups;
    if (groups.length === 1 && only !== undefined) {
      const [token, members] = only;
      const [first] = members;
      if (first !== undefined && (members.length === 1 || token === undefined)) {
        for (const { text } of members) probabilities[text] = mass / members.length;
        return { choice: first, probabilities, pending: [...read, ...first.tokens.slice(depth)] };
      }
      if (token !== undefined) read = [...read, token];
      continue;
    }
    const open = groups.flatMap(([token, members]) =>
      token === undefined ? [] : [{ token, members }],
    );
    const logits = await evaluator.logitsOf(
      read,
      open.map(({ token }) => token),
    );
    const shares = softmax(logits);
    const best = shares.indexOf(Math.max(...shares));
    for (const [index, { token, members }] of open.entries()) {
      const share = mass * (shares[index] ?? 0);
      if (index !== best) {
        for (const { text } of members) probabilities[text] = share / members.length;
        continue;
      }
      left = members;
      read = [token];
    }
    mass *= shares[best] ?? 0;
  }
}

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
async function writeText(
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
