import { afterAll, beforeAll, expect, test } from "vitest";
import { learnFields } from "../evaluate/examples";
import { type OpenModel, openModel } from "../llama/open-model";
import { opinionExample, priorExample, TOY_MODEL } from "../testing/toy";
import { teachExamples, valueOdds } from "./teach-examples";

let model: OpenModel;

beforeAll(async () => {
  model = await openModel(TOY_MODEL);
});
afterAll(() => model.close());

function oddsOf(values: string[], answer: string) {
  const [sequence] = model.sequences;
  if (sequence === undefined) throw new Error("no sequence");
  const read = [
    ...model.promptTokens("opinion on order.price: amount VARCHAR"),
    ...model.tokensOf(answer),
  ];
  return valueOdds(model, sequence, read, values, '"');
}

test("odds are a distribution that prefers what the model learnt", async () => {
  const odds = await oddsOf(["accept", "reject", "counter"], '{"opinion":"');
  expect(Object.values(odds).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1);
  expect(odds.counter).toBeGreaterThan(0.5);
});

test("values of several tokens with a common beginning are told apart", async () => {
  // None of them is one token of the toy, and the second begins like the first.
  const values = ["typo", "typography", "counter"];
  expect(Math.max(...values.map((value) => model.tokensOf(value).length))).toBeGreaterThan(1);
  const odds = await oddsOf(values, '{"opinion":"');
  expect(Object.keys(odds).sort()).toEqual([...values].sort());
  expect(Object.values(odds).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1);
  expect(odds.counter).toBeGreaterThan(odds.typo ?? 1);
});

test("a teacher's labels replace soft, never the answer", async () => {
  const examples = [priorExample(9, 1), priorExample(2, 7), opinionExample(1)];
  const taught = [];
  const labels = teachExamples(model, examples, learnFields(examples), (_, prompt) =>
    model.questionTokens(prompt),
  );
  for await (const example of labels) taught.push(example);
  expect(taught.map(({ answer }) => answer)).toEqual(examples.map(({ answer }) => answer));
  expect(taught.map(({ soft }) => soft.map(({ at }) => at))).toEqual(
    examples.map(({ soft }) => soft.map(({ at }) => at)),
  );
  expect(taught[0]?.soft[0]?.choices["8"]).toBeGreaterThan(0.5);
  expect(taught[2]?.soft[1]?.choices.sensitive_data).toBeCloseTo(1);
});

test("an instruction stands before the prompt where a model has no chat template", () => {
  const tokens = model.questionTokens("prior rows=1", "Answer in JSON.");
  expect(model.textOf(tokens)).toContain("Answer in JSON.\n\nprior rows=1\n");
});
