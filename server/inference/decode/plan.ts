import type { Token } from "node-llama-cpp";
import { CHARACTER_CLASS, type InferProperty, type InferSchema } from "@/server/contracts";
import type { Vocabulary } from "../engine/tokens";

export interface Choice {
  /** As it stands in the answer, without quotes. */
  text: string;
  value: AnswerValue;
  /** Of its text and the fixed text up to the next value. */
  tokens: Token[];
}

export type Step =
  | { kind: "choice"; name: string; choices: Choice[] }
  | {
      kind: "text";
      name: string;
      isLetter(letter: string): boolean;
      lettersMax: number;
      /** The quote and the fixed text up to the next value. */
      closing: string;
    };

/** How to write an answer: fixed tokens, then a choice or a text, each with what follows it. */
export interface Plan {
  opening: Token[];
  steps: Step[];
}

/** Compiles a closed schema to compact JSON, the form in which students were trained. */
export function planAnswer(schema: InferSchema, vocabulary: Vocabulary): Plan {
  const properties = Object.entries(schema.properties);
  const opening = (index: number) => {
    const [name, property] = properties[index] ?? [];
    if (name === undefined || property === undefined) return "}";
    return `${index === 0 ? "{" : ","}"${name}":${property.type === "string" ? '"' : ""}`;
  };
  const steps = properties.map(([name, property], index): Step => {
    const closing = `${property.type === "string" ? '"' : ""}${opening(index + 1)}`;
    if (!("enum" in property)) {
      const isLetter = letterTest(property.pattern);
      return { kind: "text", name, isLetter, lettersMax: property.maxLength, closing };
    }
    const choices = property.enum.map((value: AnswerValue): Choice => {
      const text = String(value);
      return { text, value, tokens: vocabulary.tokensOf(text + closing) };
    });
    return { kind: "choice", name, choices };
  });
  return { opening: vocabulary.tokensOf(opening(0)), steps };
}

export type AnswerValue = string | number;

// biome-ignore lint/suspicious/noControlCharactersInRegex: what JSON would have to escape.
const PLAIN = /^[^"\\\u0000-\u001f\ufffd]$/u;

/** Tells whether a letter may stand in a text: never one that JSON escapes, and of its class. */
function letterTest(pattern: string | undefined): (letter: string) => boolean {
  const [, characters] = CHARACTER_CLASS.exec(pattern ?? "") ?? [];
  if (characters === undefined) return (letter) => PLAIN.test(letter);
  const member = new RegExp(`^${characters}$`, "u");
  return (letter) => PLAIN.test(letter) && member.test(letter);
}

function isValid(property: InferProperty, value: unknown): value is AnswerValue {
  if (property.type === "integer") {
    return typeof value === "number" && property.enum.includes(value);
  }
  if (typeof value !== "string") return false;
  if ("enum" in property) return property.enum.includes(value);
  const letters = [...value];
  return letters.length <= property.maxLength && letters.every(letterTest(property.pattern));
}

/** The answer when it is valid against the schema, else null. */
export function checkAnswer(
  schema: InferSchema,
  answer: unknown,
): Record<string, AnswerValue> | null {
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) return null;
  const given = new Map<string, unknown>(Object.entries(answer));
  const names = Object.keys(schema.properties);
  if (given.size !== names.length) return null;
  const checked: Record<string, AnswerValue> = {};
  for (const [name, property] of Object.entries(schema.properties)) {
    const value = given.get(name);
    if (!isValid(property, value)) return null;
    checked[name] = value;
  }
  return checked;
}
