import type { InferRequest } from "@/server/contracts";

const base = { instruction: "Answer.", tokensMax: 64, deadlineMs: 20_000 };
const closed = { type: "object", additionalProperties: false } as const;

/** A digit, as a student's first task has it. */
export function gainRequest(prompt: string, changes: Partial<InferRequest> = {}): InferRequest {
  const gain = { type: "integer" as const, enum: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] };
  const schema = { ...closed, properties: { gain }, required: ["gain"] };
  return { ...base, prompt, schema, ...changes };
}

/** A choice, a number of several digits and a text that holds no digit. */
export function mixedRequest(prompt: string, changes: Partial<InferRequest> = {}): InferRequest {
  const properties: InferRequest["schema"]["properties"] = {
    opinion: { type: "string", enum: ["accept", "reject", "counter", "accept later"] },
    days: { type: "integer", enum: [-1, 1, 10, 100, 12] },
    text: { type: "string", maxLength: 30, pattern: "^[a-z ,.]*$" },
  };
  const schema = { ...closed, properties, required: Object.keys(properties) };
  return { ...base, prompt, schema, ...changes };
}

/** A text that a random model writes to its end: takes long. */
export function longRequest(prompt: string, changes: Partial<InferRequest> = {}): InferRequest {
  const text = { type: "string" as const, maxLength: 1500, pattern: "^[!-~]*$" };
  const schema = { ...closed, properties: { text }, required: ["text"] };
  return { ...base, prompt, schema, tokensMax: 1500, deadlineMs: 60_000, ...changes };
}
