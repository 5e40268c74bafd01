import type { InferRequest } from "@/server/contracts";

/** Words and small numbers, as the model's tasks put them: about 70 tokens of a student's. */
const KINDS = ["index", "zone", "cluster", "type", "partition", "summary"];
const SHAPES = ["point", "range", "join", "group", "top", "scan"];

/** The `n`-th request: each has a prompt of its own, so that no cache can answer. */
export function benchRequest(n: number): InferRequest {
  const pick = (from: string[], step: number) => from[Math.floor(n / step) % from.length];
  return {
    instruction: "How much of the query time does this change save? Answer a digit, 0 to 9.",
    prompt:
      `gain kind ${pick(KINDS, 1)} shape ${pick(SHAPES, 3)} rows ${n % 9} distinct ${n % 7} ` +
      `share ${n % 10} selective ${n % 8} width ${n % 5} order ${n % 3} nulls 0 inserts ${n % 4} ` +
      `run ${n}\n`,
    schema: {
      type: "object",
      properties: { gain: { type: "integer", enum: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] } },
      required: ["gain"],
      additionalProperties: false,
    },
    tokensMax: 64,
    deadlineMs: 30_000,
  };
}

/** A request whose answer is a text: generated token by token. */
export function benchTextRequest(n: number): InferRequest {
  const text = { type: "string" as const, maxLength: 120, pattern: "^[A-Za-z ,.'-]*$" };
  return {
    ...benchRequest(n),
    instruction: "Explain in one sentence why this change helps.",
    schema: {
      type: "object",
      properties: { text },
      required: ["text"],
      additionalProperties: false,
    },
  };
}
