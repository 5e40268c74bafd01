import type { LlamaContextSequence } from "node-llama-cpp";
import { expect, test } from "vitest";
import { Lanes, type Lent } from "./lanes";
import { shareCores, splitSequences } from "./share-cores";

/** Stands for a sequence where only its identity counts. */
const sequence = (name: string) => ({ name }) as unknown as LlamaContextSequence;

function lendAll(lanes: Lanes): Lent[] {
  const lent: Lent[] = [];
  for (let one = lanes.lend(); one !== null; one = lanes.lend()) lent.push(one);
  return lent;
}

test("two requests at once are computed on two lanes, a third one beside the earlier", () => {
  const lanes = new Lanes([
    [sequence("a"), sequence("b")],
    [sequence("c"), sequence("d")],
  ]);
  const [first, second, third, fourth] = lendAll(lanes);
  expect(first?.inTurn).not.toBe(second?.inTurn);
  expect(third?.inTurn).toBe(first?.inTurn);
  expect(new Set([first, second, third, fourth].map((one) => one?.sequence)).size).toBe(4);
});

test("a lane that is done is taken before one that works", () => {
  const lanes = new Lanes([
    [sequence("a"), sequence("b")],
    [sequence("c"), sequence("d")],
  ]);
  const lent = lendAll(lanes);
  expect(lanes.hasRoom()).toBe(false);
  expect(lanes.lend()).toBeNull();
  lent[0]?.giveBack();
  lent[1]?.giveBack();
  lent[3]?.giveBack();
  const next = lanes.lend();
  expect(next?.inTurn).toBe(lent[1]?.inTurn);
});

test("lanes and threads together never exceed the cores", () => {
  expect(shareCores({ lanes: 2, threads: 1 }, 1)).toEqual({ lanes: 1, threads: 1 });
  expect(shareCores({ lanes: 2, threads: 1 }, 8)).toEqual({ lanes: 2, threads: 1 });
  expect(shareCores({ lanes: 2, threads: 3 }, 4)).toEqual({ lanes: 1, threads: 3 });
  expect(shareCores({ lanes: 4, threads: 16 }, 4)).toEqual({ lanes: 1, threads: 4 });
});

test("sequences are split evenly, and no lane is without one", () => {
  expect(splitSequences(8, 2)).toEqual([4, 4]);
  expect(splitSequences(5, 2)).toEqual([2, 3]);
  expect(splitSequences(1, 2)).toEqual([1]);
});
