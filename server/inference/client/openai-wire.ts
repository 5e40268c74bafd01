import { z } from "zod";
import type { InferRequest } from "@/server/contracts";

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
