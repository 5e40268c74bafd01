import type { LlamaContextSequence, Token } from "node-llama-cpp";
import { choicePoints, type Example, type FieldStatistics } from "../evaluate/examples";
import { logitsAfter, type OpenModel, softmax } from "../llama/open-model";

const QUOTE = '"';

/**
 * The examples with `soft` as the model sees the choices; `answer` stays what is right. At a later
 * choice the model is shown the right earlier values. `question` makes the model's tokens of a
 * task's prompt (with an instruction, for models that were not trained on these prompts).
 */
export async function* teachExamples(
  model: OpenModel,
  examples: Iterable<Example>,
  statistics: ReadonlyMap<string, FieldStatistics>,
  question: (task: string, prompt: string) => ReturnType<OpenModel["promptTokens"]>,
): AsyncGenerator<Example> {
  const [sequence] = model.sequences;
  if (sequence === undefined) throw new RangeError("The model was opened without a sequence.");
  for (const example of examples) {
    let read = question(example.task, example.prompt);
    const soft: Example["soft"] = [];
    for (const [index, { field, before, value }] of choicePoints(example).entries()) {
      read = [...read, ...model.tokensOf(before)];
      const values = statistics.get(field)?.values ?? [value];
      const closing = before.endsWith(QUOTE) ? QUOTE : "}";
      const choices = await valueOdds(model, sequence, read, values, closing);
      soft.push({ at: example.soft[index]?.at ?? 0, choices });
      read = [...read, ...model.tokensOf(value)];
    }
    yield { ...example, soft };
  }
}

/** Branches less probable than this are not followed: their values share it equally. */
const FOLLOWED_MIN = 0.001;

interface Value {
  text: string;
  tokens: Token[];
}

/**
 * The probability of each value as continuation of `read`, renormalized to 1 among them. Values of
 * several tokens are followed token by token wherever they part. `closing` is what stands after a
 * value, so that none is the beginning of another.
 */
export async function valueOdds(
  model: OpenModel,
  sequence: LlamaContextSequence,
  read: readonly Token[],
  values: readonly string[],
  closing: string,
): Promise<Record<string, number>> {
  const odds: Record<string, number> = {};
  async function spread(path: Token[], open: Value[], depth: number, mass: number): Promise<void> {
    const branches = branchesAt(open, depth);
    const tokens = [...branches.keys()].filter((token) => token !== undefined);
    if (open.length === 1 || mass < FOLLOWED_MIN || tokens.length < branches.size) {
      for (const { text } of open) odds[text] = mass / open.length;
      return;
    }
    const shares = tokens.length === 1 ? [1] : softmax(await logitsAt(sequence, path, tokens));
    for (const [index, token] of tokens.entries()) {
      const share = mass * (shares[index] ?? 0);
      await spread([...path, token], branches.get(token) ?? [], depth + 1, share);
    }
  }
  const all = values.map((text) => ({ text, tokens: model.tokensOf(text + closing) }));
  await spread([...read], all, 0, 1);
  return odds;
}

function branchesAt(values: readonly Value[], depth: number): Map<Token | undefined, Value[]> {
  const branches = new Map<Token | undefined, Value[]>();
  for (const value of values) {
    const token = value.tokens[depth];
    branches.set(token, [...(branches.get(token) ?? []), value]);
  }
  return branches;
}

/** Reads only what the sequence has not read yet; the last token always, for its logits. */
async function logitsAt(
  sequence: LlamaContextSequence,
  path: Token[],
  wanted: readonly Token[],
): Promise<number[]> {
  const { firstDifferentIndex } = sequence.compareContextTokens(path);
  const kept = Math.min(firstDifferentIndex, path.length - 1);
  await sequence.adaptStateToTokens(path.slice(0, kept), false);
  return logitsAfter(sequence, path.slice(sequence.nextTokenIndex), wanted);
}
