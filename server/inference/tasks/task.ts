import type { z } from "zod";

/** Probability of every choice at one place of an answer; they sum to 1. */
export interface Choice {
  /** Offset in the answer of the chosen value's text, without quotes. */
  at: number;
  choices: Record<string, number>;
}

/** JSON schema of an answer: closed, properties in order, each one of a few choices. */
export interface AnswerSchema {
  type: "object";
  properties: Record<string, { enum: readonly (string | number)[] }>;
  required: readonly string[];
  additionalProperties: false;
}

/** A question for the model, and the answer that rules give to it. */
export interface Task<Schema extends z.ZodType, Result> {
  name: string;
  input: Schema;
  /** For instruct models, before the prompt. */
  instruction: string;
  schema: AnswerSchema;
  /** Compact text for the student; ends where the answer begins. */
  prompt(input: z.infer<Schema>): string;
  /** The rules' answer in the same form: what stands without a model, and the baseline it is measured by. */
  ruleFallback(input: z.infer<Schema>): string;
  /**
   * Which of two answers to the same input stands, the model's or the rules'. Left out: the model's.
   */
  reconcile?(answer: string, ruleAnswer: string): string;
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

/** `rows 9`: the magnitude of a count in half powers of ten, 0 for nothing. */
export function magnitude(value: number): number {
  return value < 1 ? 0 : Math.round(2 * Math.log10(value)) + 1;
}

/** A share 0..1 in ten steps of equal ratio: 0 nothing, 1 a ten-thousandth or less, 9 all. */
export function shareStep(share: number): number {
  if (share <= 0) return 0;
  return Math.max(1, Math.min(9, 9 + Math.round(2 * Math.log10(share))));
}

/** Milliseconds in half powers of ten from 0.1 ms on. */
export function durationStep(ms: number): number {
  return ms <= 0 ? 0 : Math.max(1, Math.round(2 * Math.log10(ms)) + 3);
}

/** A share 0..1 in tenths, 0..9. */
export function tenth(share: number): number {
  return Math.max(0, Math.min(9, Math.floor(share * 10)));
}

/** `word n` unless n is 0. */
export function counted(word: string, n: number): string {
  return n === 0 ? "" : `${word} ${n}`;
}

/** The words that are not empty, one space between. */
export function joinWords(words: readonly string[]): string {
  return words.filter((word) => word !== "").join(" ");
}

/** Others' text in a prompt: one line, of bounded length, no control characters. */
export function sanitizePromptText(text: string, lengthMax: number): string {
  return text
    .normalize("NFKC")
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .trim()
    .slice(0, lengthMax);
}
