import type { Token } from "node-llama-cpp";
import type { InferSchema } from "@/server/contracts";
import { type AnswerValue, letterTest } from "./check-answer";
import type { Vocabulary } from "./vocabulary";

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
