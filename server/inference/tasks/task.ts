import type { z } from "zod";

/** Probability of every choice at one place of an answer; they sum to 1. */
export interface Choice {
  /** Offset in the answer of the chosen value's text, without quotes. */
  at: number;
  choices: Record<string, number>;
}

/** JSON schema of an answer: closed, properties in order. */
export interface AnswerSchema {
  type: "object";
  properties: Record<
    string,
    { enum: readonly (string | number)[] } | { type: "string"; maxLength: number; pattern: string }
  >;
  required: readonly string[];
  additionalProperties: false;
}

/** One thing the model is asked, and what the rules answer to the same. */
export interface Task<Schema extends z.ZodType, Result> {
  name: string;
  input: Schema;
  /** For instruct models, before the prompt. */
  instruction: string;
  schema: AnswerSchema;
  /** Compact text for the student; ends where the answer begins. */
  prompt(input: z.infer<Schema>): string;
  /** The rules' own answer, in the same form: fallback and baseline. */
  byRules(input: z.infer<Schema>): string;
  /**
   * What stands of the model's answer and the rules' to the same input, one of the two. Left out: the
   * model's.
   */
  settle?(told: string, ruled: string): string;
  /**
   * An answer with the probabilities at its places, in order (none: the answer counts as certain).
   * Throws a ZodError when the answer is not of the task's schema.
   */
  read(answer: string, probabilities: readonly Choice[]): Result;
}

/** A closed schema of the given properties, in their order. */
export function answerSchema(properties: AnswerSchema["properties"]): AnswerSchema {
  return {
    type: "object",
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

/** Probabilities at one place; all on the answered value where none were given. */
export function choicesAt(
  probabilities: readonly Choice[],
  place: number,
  answered: string | number,
): Record<string, number> {
  return probabilities[place]?.choices ?? { [answered]: 1 };
}
