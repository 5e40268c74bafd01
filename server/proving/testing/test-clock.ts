import type { ProofClock } from "../timer";

export interface TestClock extends ProofClock {
  advance(ms: number): void;
}

/** A clock that stands still: only waiting and `advance` move it, so that no machine is too slow. */
export function createTestClock(): TestClock {
  let nowMs = 0;
  const advance = (ms: number) => {
    nowMs += ms;
  };
  return { nowMs: () => nowMs, advance, wait: async (ms) => advance(ms) };
}
