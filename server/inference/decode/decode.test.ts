import type { Token } from "node-llama-cpp";
import { expect, test } from "vitest";
import type { InferSchema } from "@/server/contracts";
import type { Vocabulary } from "../engine/tokens";
import { decode, type Evaluator } from "./decode";
import { checkAnswer, planAnswer } from "./plan";

/** Words of several letters win over single letters, the longest first. */
const WORDS = ["accept", "reject", "yes", '."}', "12", "ok "];
const CODE_BASE = 1000;

function toToken(id: number): Token {
  // Tokens are branded numbers; the library has no constructor for them.
  return id as Token;
}
const vocabulary: Vocabulary = {
  tokensOf(text) {
    const tokens: Token[] = [];
    for (let rest = text; rest !== ""; ) {
      const word = WORDS.findIndex((candidate) => rest.startsWith(candidate));
      const length = word < 0 ? 1 : (WORDS[word]?.length ?? 1);
      tokens.push(toToken(word < 0 ? CODE_BASE + rest.charCodeAt(0) : word));
      rest = rest.slice(length);
    }
    return tokens;
  },
  textOf: (token) => WORDS[token] ?? String.fromCharCode(token - CODE_BASE),
};

/** A model that wants these texts next, in turn: each a record of texts and logits. */
function wishing(...wishes: Record<string, number>[]) {
  const read: string[] = [];
  const next = (tokens: Token[]) => {
    read.push(tokens.map(vocabulary.textOf).join(""));
    return wishes[read.length - 1] ?? {};
  };
  const evaluator: Evaluator = {
    async logitsOf(tokens, wanted) {
      const wish = next(tokens);
      return wanted.map((token) => wish[vocabulary.textOf(token)] ?? Number.NEGATIVE_INFINITY);
    },
    async likeliest(tokens) {
      const wish = Object.entries(next(tokens)).toSorted(([, a], [, b]) => b - a);
      return wish.flatMap(([text]) => vocabulary.tokensOf(text).slice(0, 1));
    },
  };
  return { evaluator, read };
}

const object = (properties: InferSchema["properties"]): InferSchema => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});
const write = (evaluator: Evaluator, schema: InferSchema, tokensMax = 50) =>
  decode(evaluator, vocabulary, planAnswer(schema, vocabulary), {
    prompt: vocabulary.tokensOf("p"),
    tokensMax,
  });

test("a digit is one question, asked after prompt and fixed text together", async () => {
  const { evaluator, read } = wishing({ 0: 0, 1: Math.log(3) });
  const decoded = await write(evaluator, object({ gain: { type: "integer", enum: [0, 1] } }));
  expect(read).toEqual(['p{"gain":']);
  expect(decoded.answer).toEqual({ gain: 1 });
  expect(decoded.probabilities.gain?.["0"]).toBeCloseTo(0.25);
  expect(decoded.probabilities.gain?.["1"]).toBeCloseTo(0.75);
});

test("what follows a choice is read with the next question, not generated", async () => {
  const { evaluator, read } = wishing({ accept: 1, reject: 0 }, { 1: 0, 2: 1 });
  const schema = object({
    opinion: { type: "string", enum: ["accept", "reject"] },
    days: { type: "integer", enum: [1, 2] },
  });
  expect((await write(evaluator, schema)).answer).toEqual({ opinion: "accept", days: 2 });
  expect(read).toEqual(['p{"opinion":"', 'accept","days":']);
});

test("choices with a common beginning are told apart where they part", async () => {
  const { evaluator, read } = wishing({ 1: Math.log(4), 7: 0 }, { 0: 0, "}": Math.log(3) });
  const schema = object({ n: { type: "integer", enum: [1, 10, 7] } });
  const decoded = await write(evaluator, schema);
  expect(decoded.answer).toEqual({ n: 1 });
  expect(read).toEqual(['p{"n":', "1"]);
  const { n = {} } = decoded.probabilities;
  expect(n["1"]).toBeCloseTo(0.6);
  expect(n["10"]).toBeCloseTo(0.2);
  expect(n["7"]).toBeCloseTo(0.2);
});

test("choices on a branch not taken share its probability", async () => {
  const { evaluator } = wishing({ 1: 0, 7: Math.log(3) });
  const decoded = await write(evaluator, object({ n: { type: "integer", enum: [1, 10, 7] } }));
  expect(decoded.probabilities.n?.["1"]).toBeCloseTo(0.125);
  expect(decoded.probabilities.n?.["10"]).toBeCloseTo(0.125);
});

test("a single choice is never asked", async () => {
  const { evaluator, read } = wishing();
  const decoded = await write(evaluator, object({ v: { type: "string", enum: ["yes"] } }));
  expect(read).toEqual([]);
  expect(decoded).toEqual({ answer: { v: "yes" }, probabilities: { v: { yes: 1 } } });
});

test("a model that prefers no choice at all gets them equally", async () => {
  const { evaluator } = wishing({});
  const decoded = await write(evaluator, object({ v: { type: "integer", enum: [1, 2, 3, 4] } }));
  expect(decoded.probabilities.v?.["3"]).toBe(0.25);
});

const text = object({ text: { type: "string", maxLength: 6, pattern: "^[a-z .]*$" } });

test("a text takes the likeliest token that fits, and ends with the model's quote", async () => {
  const { evaluator, read } = wishing(
    { "7": 9, "\n": 8, yes: 1 },
    { "ok ": 2, A: 3 },
    { '."}': 5, x: 1 },
  );
  // `."}` would be a seventh letter: the bound holds inside a token too.
  expect((await write(evaluator, text)).answer).toEqual({ text: "yesok " });
  expect(read).toHaveLength(2);
});

test("a token may end a text and close the answer", async () => {
  const { evaluator } = wishing({ yes: 1 }, { '."}': 1 });
  expect((await write(evaluator, text)).answer).toEqual({ text: "yes." });
});

test("a text ends when nothing fits, and after the last token it may have", async () => {
  expect((await write(wishing({ a: 1 }, { "7": 1 }).evaluator, text)).answer.text).toBe("a");
  const { evaluator, read } = wishing({ a: 1 }, { b: 1 }, { c: 1 });
  expect((await write(evaluator, text, 2)).answer.text).toBe("ab");
  expect(read).toHaveLength(2);
});

test("what follows a text is read once, whatever ended it", async () => {
  const schema = object({
    text: { type: "string", maxLength: 6, pattern: "^[a-z .]*$" },
    gain: { type: "integer", enum: [0, 1] },
  });
  const closed = wishing({ a: 1 }, { '"': 1 }, { 1: 1, 0: 0 });
  expect((await write(closed.evaluator, schema)).answer).toEqual({ text: "a", gain: 1 });
  const cut = wishing({ a: 1 }, { "7": 1 }, { 1: 1, 0: 0 });
  expect((await write(cut.evaluator, schema)).answer).toEqual({ text: "a", gain: 1 });
  expect([closed.read, cut.read]).toEqual([
    ['p{"text":"', "a", '","gain":'],
    ['p{"text":"', "a", '","gain":'],
  ]);
});

test("an answer is held to its schema, property by property", () => {
  const schema = object({
    n: { type: "integer", enum: [1, 2] },
    t: { type: "string", maxLength: 3, pattern: "^[a-z]*$" },
  });
  expect(checkAnswer(schema, { n: 1, t: "abc" })).toEqual({ n: 1, t: "abc" });
  const wrong = [
    { n: 3, t: "" },
    { n: "1", t: "" },
    { n: 1, t: "abcd" },
    { n: 1, t: "A" },
  ];
  for (const answer of [...wrong, { n: 1 }, { n: 1, t: "", x: 1 }, null, [], "{}"]) {
    expect(checkAnswer(schema, answer)).toBeNull();
  }
});
