import type { Token } from "node-llama-cpp";
import type { Evaluator } from "./evaluator";
import type { Choice } from "./plan";

export interface Chosen {
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
export async function choose(
  evaluator: Evaluator,
  choices: Choice[],
  pending: Token[],
): Promise<Chosen> {
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
