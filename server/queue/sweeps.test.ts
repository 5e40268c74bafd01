import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Sweep } from ".";
import { QueueHarness, type StoreKind } from "./testing/harness";
import { hasRedis } from "./testing/redis";

const STORES: StoreKind[] = hasRedis ? ["postgres", "redis"] : ["postgres"];
const EVERY_SECONDS = 0.2;

/** A sweep that counts its turns. */
function counting(name: string, run: Sweep["run"] = async () => {}) {
  const counter = { turns: 0 };
  const sweep: Sweep = {
    name,
    everySeconds: EVERY_SECONDS,
    run: async (signal) => {
      counter.turns += 1;
      await run(signal);
    },
  };
  return { counter, sweep };
}

describe.each(STORES)("sweeps on %s", (store) => {
  let queue: QueueHarness;
  beforeAll(async () => {
    queue = await QueueHarness.open(store);
  });
  afterEach(() => queue.end());
  afterAll(() => queue.close());

  /** Turns that another sweep has had mean that time has passed. */
  const untilTurns = ({ turns: before }: { turns: number }, counter: { turns: number }, more = 3) =>
    queue.until(() => expect(counter.turns).toBeGreaterThanOrEqual(before + more));

  test("two processes run each turn once between them, again and again", async () => {
    const { counter, sweep } = counting("observe");
    const begun = Date.now();
    const [first, second] = [queue.sweeps([sweep]), queue.sweeps([sweep])];
    await untilTurns({ turns: 0 }, counter, 6);
    const turnsMax = (Date.now() - begun) / (1000 * EVERY_SECONDS) + 2;
    expect(counter.turns).toBeLessThanOrEqual(turnsMax);
    expect([first.isReady(), second.isReady()]).toEqual([true, true]);
  });

  test("a turn that takes long is not joined by the next one, and holds up no other sweep", async () => {
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const slow = counting("slow", () => finished);
    const other = counting("other");
    queue.sweeps([slow.sweep, other.sweep]);
    await queue.until(() => expect(slow.counter.turns).toBe(1));
    await untilTurns({ ...other.counter }, other.counter, 5);
    expect(slow.counter.turns).toBe(1);
    finish();
    await untilTurns({ turns: 1 }, slow.counter);
  });

  test("a turn that fails is followed by the next one", async () => {
    const failing = counting("failing", () => Promise.reject(new Error("the product is gone")));
    queue.sweeps([failing.sweep]);
    await untilTurns({ turns: 0 }, failing.counter);
  });

  test("a broker that forgets everything is told the schedules again", async () => {
    const { counter, sweep } = counting("expire");
    queue.sweeps([sweep]);
    await untilTurns({ turns: 0 }, counter, 1);
    await queue.forget();
    await untilTurns({ ...counter }, counter);
  });

  test("a sweep that is set to never is not run any more, by whatever was scheduled before", async () => {
    const never = counting("observe");
    const before = queue.sweeps([never.sweep]);
    await untilTurns({ turns: 0 }, never.counter, 1);
    await before.stop();
    const other = counting("other");
    queue.sweeps([{ ...never.sweep, everySeconds: 0 }, other.sweep]);
    // One that was due already may still be delivered.
    await untilTurns({ turns: 0 }, other.counter, 2);
    const { turns } = never.counter;
    await untilTurns({ ...other.counter }, other.counter, 5);
    expect(never.counter.turns).toBe(turns);
  });

  test("stopping tells the running turn, waits for its end, and begins no other", async () => {
    let hasEnded = false;
    const { counter, sweep } = counting("long", async (signal) => {
      await new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
      hasEnded = true;
    });
    const sweeps = queue.sweeps([sweep]);
    await queue.until(() => expect(counter.turns).toBe(1));
    await sweeps.stop();
    expect(hasEnded).toBe(true);
    const other = counting("other");
    queue.sweeps([other.sweep]);
    await untilTurns({ turns: 0 }, other.counter);
    expect(counter.turns).toBe(1);
  });
});
