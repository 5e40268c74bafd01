import { z } from "zod";
import type { InferRequest, InferSchema } from "@/server/contracts";
import type { AnswerValue } from "../decode/plan";

/** One generated token with its alternatives, as `logprobs: true` gives them. */
const TokenLogprob = z.object({
  token: z.string(),
  top_logprobs: z.array(z.object({ token: z.string(), logprob: z.number() })).default([]),
});
export type TokenLogprob = z.infer<typeof TokenLogprob>;

/** What is read of an answer of `/v1/chat/completions`. */
export const ChatCompletion = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({ content: z.string() }),
        logprobs: z.object({ content: z.array(TokenLogprob).nullish() }).nullish(),
      }),
    )
    .min(1),
  usage: z.object({ total_tokens: z.number().int() }).nullish(),
});
export type ChatCompletion = z.infer<typeof ChatCompletion>;

/** What is read of `/v1/models`. */
export const ModelList = z.object({ data: z.array(z.object({ id: z.string() })).min(1) });

/** Most alternatives the interface gives for a token. */
const TOP_LOGPROBS = 20;

/** Letters of names, choices and punctuation: no server needs more tokens for them. */
function scaffoldTokens({ schema }: InferRequest): number {
  return Object.entries(schema.properties).reduce((sum, [name, property]) => {
    const choices: (string | number)[] = "enum" in property ? property.enum : [];
    return sum + name.length + 8 + Math.max(0, ...choices.map((c) => String(c).length));
  }, 8);
}

/** A request as the body of `/v1/chat/completions`. */
export function chatBody(request: InferRequest, model: string) {
  return {
    model,
    messages: [
      { role: "system", content: request.instruction },
      { role: "user", content: request.prompt },
    ],
    temperature: 0,
    max_tokens: request.tokensMax + scaffoldTokens(request),
    logprobs: true,
    top_logprobs: TOP_LOGPROBS,
    response_format: {
      type: "json_schema",
      json_schema: { name: "answer", strict: true, schema: request.schema },
    },
  };
}

/** Where each property's value begins in the answer's text (behind an opening quote). */
function valueOffsets(text: string, schema: InferSchema): Map<string, number> {
  const offsets = new Map<string, number>();
  let from = 0;
  for (const [name, property] of Object.entries(schema.properties)) {
    const opening = new RegExp(`"${name}"\\s*:\\s*${property.type === "string" ? '"' : ""}`, "g");
    opening.lastIndex = from;
    if (opening.exec(text) === null) continue;
    offsets.set(name, opening.lastIndex);
    from = opening.lastIndex;
  }
  return offsets;
}

/** The token that holds the letter at `offset`, and how many of its letters come before. */
function tokenAt(tokens: TokenLogprob[], offset: number): Position | null {
  let start = 0;
  for (const token of tokens) {
    const end = start + token.token.length;
    if (offset < end) return { token, before: offset - start };
    start = end;
  }
  return null;
}

interface Position {
  token: TokenLogprob;
  /** Letters of the token that stand before the value. */
  before: number;
}

/** Choices that a token begins, or holds whole. */
function choicesBegunBy(rest: string, choices: string[], closing: string): string[] {
  if (choices.includes(rest)) return [rest];
  return choices.filter((choice) => {
    const whole = choice + closing;
    return whole.startsWith(rest) || rest.startsWith(whole);
  });
}

/**
 * Shares the alternatives' probabilities among the choices. What the token that was taken led to is
 * known: the answer. Choices that another token does not tell apart share it equally.
 */
function spread(choices: string[], answer: string, closing: string, at: Position) {
  const head = at.token.token.slice(0, at.before);
  const mass = new Map(choices.map((choice) => [choice, 0]));
  for (const { token, logprob } of at.token.top_logprobs) {
    if (!token.startsWith(head) || token.length === head.length) continue;
    const begun = choicesBegunBy(token.slice(head.length), choices, closing);
    const fitting = token === at.token.token ? [answer] : begun;
    for (const choice of fitting) {
      mass.set(choice, (mass.get(choice) ?? 0) + Math.exp(logprob) / fitting.length);
    }
  }
  const total = [...mass.values()].reduce((sum, value) => sum + value, 0);
  if (!(total > 0)) return null;
  return Object.fromEntries([...mass].map(([choice, value]) => [choice, value / total]));
}

/**
 * Probabilities of each property's choices from the alternatives of the token where its value
 * begins, renormalized over the choices; 1 for the answer where the server gave no alternatives.
 */
export function choiceProbabilities(
  schema: InferSchema,
  answer: Record<string, AnswerValue>,
  text: string,
  tokens: TokenLogprob[],
): Record<string, Record<string, number>> {
  const offsets = valueOffsets(text, schema);
  const result: Record<string, Record<string, number>> = {};
  for (const [name, property] of Object.entries(schema.properties)) {
    if (!("enum" in property)) continue;
    const choices = property.enum.map(String);
    const offset = offsets.get(name);
    const at = offset === undefined ? null : tokenAt(tokens, offset);
    const certain = String(answer[name]);
    result[name] =
      (at && spread(choices, certain, property.type === "string" ? '"' : "", at)) ??
      Object.fromEntries(choices.map((choice) => [choice, choice === certain ? 1 : 0]));
  }
  return result;
}
