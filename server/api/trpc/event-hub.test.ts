import { describe, expect, it } from "vitest";
import type { BusEvent } from "@/server/contracts";
import { createEventHub } from "./event-hub";

function memoryBus(failures = 0) {
  const state = { subscriptions: 0, listener: (_event: BusEvent) => {} };
  return {
    state,
    publish: async (event: BusEvent) => state.listener(event),
    subscribe: async (listener: (event: BusEvent) => void) => {
      state.subscriptions += 1;
      if (state.subscriptions <= failures) throw new Error("bus is down");
      state.listener = listener;
      return async () => {};
    },
  };
}

describe("createEventHub", () => {
  it("subscribes to the bus once for all readers and gives each every event", async () => {
    const bus = memoryBus();
    const hub = createEventHub(bus);
    const stop = new AbortController();
    const readers = [hub.stream(stop.signal), hub.stream(stop.signal)];
    for (const reader of readers) {
      expect((await reader.next()).value).toEqual({ topic: "ready" });
    }
    const pending = readers.map((reader) => reader.next());
    await bus.publish({ topic: "suggestion", id: "sugg-aaaaaa" });
    for (const next of await Promise.all(pending)) {
      expect(next.value).toEqual({ topic: "suggestion", id: "sugg-aaaaaa" });
    }
    expect(bus.state.subscriptions).toBe(1);
    stop.abort();
  });

  it("gives a slow reader each id once", async () => {
    const bus = memoryBus();
    const stop = new AbortController();
    const reader = createEventHub(bus).stream(stop.signal);
    await reader.next();
    for (let i = 0; i < 100; i += 1) await bus.publish({ topic: "product", id: String(i % 2) });
    const seen = [(await reader.next()).value, (await reader.next()).value];
    expect(seen).toEqual([
      { topic: "product", id: "0" },
      { topic: "product", id: "1" },
    ]);
    const last = reader.next();
    stop.abort();
    expect((await last).done).toBe(true);
  });

  it("tells the reader when the bus cannot be reached, and tries again for the next one", async () => {
    const hub = createEventHub(memoryBus(1));
    const stop = new AbortController();
    await expect(hub.stream(stop.signal).next()).rejects.toThrow("bus is down");
    expect((await hub.stream(stop.signal).next()).value).toEqual({ topic: "ready" });
    stop.abort();
  });
});
