import type { LlamaContextSequence } from "node-llama-cpp";
import { expect, test } from "vitest";
import { Lanes, type Lease, shareCores, splitSequences } from "./lanes";

/** Stands for a sequence where only its identity counts. */
const sequence = (name: string) => ({ name }) as unknown as LlamaContextSequence;

function leaseAll(lanes: Lanes): Lease[] {
  const leases: Lease[] = [];
  for (let one = lanes.acquire(); one !== null; one = lanes.acquire()) leases.push(one);
  return leases;
}

test("two requests at once are computed on two lanes, a third one beside the earlier", () => {
  const lanes = new Lanes([
    [sequence("a"), sequence("b")],
    [sequence("c"), sequence("d")],
  ]);
  const [first, second, third, fourth] = leaseAll(lanes);
  expect(first?.runSerially).not.toBe(second?.runSerially);
  expect(third?.runSerially).toBe(first?.runSerially);
  expect(new Set([first, second, third, fourth].map((one) => one?.sequence)).size).toBe(4);
});

test("a lane that is done is taken before one that works", () => {
  const lanes = new Lanes([
    [sequence("a"), sequence("b")],
    [sequence("c"), sequence("d")],
  ]);
  const leases = leaseAll(lanes);
  expect(lanes.hasRoom()).toBe(false);
  expect(lanes.acquire()).toBeNull();
  leases[0]?.release();
  leases[1]?.release();
  leases[3]?.release();
  const next = lanes.acquire();
  expect(next?.runSerially).toBe(leases[1]?.runSerially);
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
