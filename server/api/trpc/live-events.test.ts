import { describe, expect, it } from "vitest";
import type { BusEvent } from "@/server/contracts";
import { liveEvents } from "./live-events";

function memoryBus() {
  const listeners = new Set<(event: BusEvent) => void>();
  return {
    listeners,
    publish(event: BusEvent) {
      for (const listener of listeners) listener(event);
    },
    async subscribe(listener: (event: BusEvent) => void) {
      listeners.add(listener);
      return async () => void listeners.delete(listener);
    },
  };
}

/** A reader who may go on reading. */
const allowed = async () => {};

describe("liveEvents", () => {
  it("gives every reader every event, and subscribes no longer than it is read", async () => {
    const bus = memoryBus();
    const stop = new AbortController();
    const readers = [liveEvents(bus, stop.signal, allowed), liveEvents(bus, stop.signal, allowed)];
    for (const reader of readers) {
      expect((await reader.next()).value).toEqual({ topic: "ready" });
    }
    const pending = readers.map((reader) => reader.next());
    bus.publish({ topic: "suggestion", id: "sugg-aaaaaa" });
    for (const next of await Promise.all(pending)) {
      expect(next.value).toEqual({ topic: "suggestion", id: "sugg-aaaaaa" });
    }
    const last = readers.map((reader) => reader.next());
    stop.abort();
    for (const next of await Promise.all(last)) expect(next.done).toBe(true);
    expect(bus.listeners.size).toBe(0);
  });

  it("gives a slow reader each id once", async () => {
    const bus = memoryBus();
    const stop = new AbortController();
    const reader = liveEvents(bus, stop.signal, allowed);
    await reader.next();
    for (let i = 0; i < 100; i += 1) bus.publish({ topic: "product", id: String(i % 2) });
    const seen = [(await reader.next()).value, (await reader.next()).value];
    expect(seen).toEqual([
      { topic: "product", id: "0" },
      { topic: "product", id: "1" },
    ]);
    const last = reader.next();
    stop.abort();
    expect((await last).done).toBe(true);
  });

  it("ends for a reader who may no longer read, at once when told and soon otherwise", async () => {
    const bus = memoryBus();
    const refused = async () => {
      throw new Error("revoked");
    };
    const stop = new AbortController();
    const told = liveEvents(bus, stop.signal, refused, 60);
    await told.next();
    const next = told.next();
    bus.publish({ topic: "identity", id: "somebody" });
    await expect(next).rejects.toThrow("revoked");
    const untold = liveEvents(bus, stop.signal, refused, 0.01);
    await untold.next();
    await expect(untold.next()).rejects.toThrow("revoked");
    expect(bus.listeners.size).toBe(0);
  });

  it("tells no reader whose rights have changed", async () => {
    const bus = memoryBus();
    const reader = liveEvents(bus, new AbortController().signal, allowed);
    await reader.next();
    const next = reader.next();
    bus.publish({ topic: "identity", id: "somebody" });
    bus.publish({ topic: "model", id: "model-aaaaaa" });
    expect((await next).value).toEqual({ topic: "model", id: "model-aaaaaa" });
  });

  it("tells the reader when the bus cannot be reached", async () => {
    const bus = { subscribe: () => Promise.reject(new Error("bus is down")) };
    const stop = new AbortController();
    await expect(liveEvents(bus, stop.signal, allowed).next()).rejects.toThrow("bus is down");
  });
});
