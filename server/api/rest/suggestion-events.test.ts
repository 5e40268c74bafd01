import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { SuggestionState } from "@/server/contracts";
import { AppError, publish } from "@/server/platform";
import { suggestionEventsRoute } from "./routes";
import { exampleSuggestion } from "./testing/examples";
import { createHarness, type Harness } from "./testing/harness";

const params = { id: "sugg-0123456789ab" };
let state: SuggestionState = "proving";
const getSuggestion = vi.fn(async () => exampleSuggestion({ state }));
let harness: Harness;
let headers: Record<string, string>;

beforeAll(async () => {
  harness = await createHarness({ getSuggestion });
  headers = await harness.machine("data-product", "duckdb-spawn");
});
afterAll(() => harness.drop());

const open = () => harness.sendUnchecked(suggestionEventsRoute, { headers, params });

/** Collects the stream's text; `until` waits for a text in it. */
function follow(response: Response) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const done = (async () => {
    for (;;) {
      const next = await reader?.read();
      if (next === undefined || next.done) break;
      text += next.value;
    }
  })();
  return {
    done,
    text: () => text,
    until: (part: string) => vi.waitFor(() => expect(text).toContain(part), { timeout: 5000 }),
    cancel: () => reader?.cancel(),
  };
}

test("the state comes at once, every change once, and a final state ends the stream", async () => {
  state = "proving";
  const response = await open();
  expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
  const stream = follow(response);
  await stream.until('"state":"proving"');
  await stream.until(": still here");
  state = "pending";
  await publish(harness.services.db, { topic: "suggestion", id: params.id });
  await stream.until('"state":"pending"');
  state = "verified";
  await publish(harness.services.db, {
    topic: "operation",
    id: "op-0123456789ab",
    suggestion_id: params.id,
  });
  await stream.done;
  expect(stream.text().match(/event: suggestion/g)).toHaveLength(3);
  expect(stream.text()).toMatch(/event: end\ndata: \{"reason":"final_state"\}\n\n$/);
});

test("a lost bus event costs latency, not the change", async () => {
  state = "proving";
  const stream = follow(await open());
  await stream.until('"state":"proving"');
  state = "no_gain";
  await stream.done;
  expect(stream.text()).toContain('"state":"no_gain"');
});

test("other suggestions' events cost no reading", async () => {
  state = "pending";
  harness.services.heartbeatSeconds = 60;
  getSuggestion.mockClear();
  const stream = follow(await open());
  // Once before and once after the subscription stands.
  await vi.waitFor(() => expect(getSuggestion).toHaveBeenCalledTimes(2));
  state = "rejected";
  await publish(harness.services.db, { topic: "suggestion", id: "sugg-another00000" });
  await publish(harness.services.db, { topic: "suggestion", id: params.id });
  await stream.done;
  expect(getSuggestion).toHaveBeenCalledTimes(3);
  harness.services.heartbeatSeconds = 0.05;
});

test("a reader that leaves frees its place", async () => {
  state = "proving";
  const first = follow(await open());
  const second = follow(await open());
  expect((await open()).status).toBe(503);
  await first.cancel();
  await vi.waitFor(async () => {
    const again = await open();
    expect(again.status).toBe(200);
    await again.body?.cancel();
  });
  await second.cancel();
});

test("the time limit ends a stream and says so", async () => {
  state = "pending";
  harness.services.streamSecondsMax = 0.1;
  const stream = follow(await open());
  await stream.done;
  expect(stream.text()).toContain('data: {"reason":"time_limit"}');
  harness.services.streamSecondsMax = 20;
});

test("an unknown suggestion is a problem, not a stream", async () => {
  getSuggestion.mockRejectedValueOnce(new AppError("not_found", "There is no such suggestion."));
  const response = await harness.send(suggestionEventsRoute, { headers, params });
  expect(response.status).toBe(404);
});
