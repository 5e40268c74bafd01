import { CHARACTER_CLASS, type InferProperty, type InferSchema } from "@/server/contracts";

export type AnswerValue = string | number;

// biome-ignore lint/suspicious/noControlCharactersInRegex: what JSON would have to escape.
const PLAIN = /^[^"\\\u0000-\u001f\ufffd]$/u;

/** Tells whether a letter may stand in a text: never one that JSON escapes, and of its class. */
export function letterTest(pattern: string | undefined): (letter: string) => boolean {
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
