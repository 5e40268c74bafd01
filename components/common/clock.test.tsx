import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { ClockProvider, RelativeTime } from "./clock";

const NOW = Date.parse("2026-01-01T00:00:00.000Z");
const after = (ms: number) => new Date(NOW + ms).toISOString();

/** An instant as a page tells it whose clock stands at NOW. */
function tell(iso: string, isDeadline = false): string {
  const page = renderToStaticMarkup(
    <ClockProvider renderedAtMs={NOW}>
      <RelativeTime iso={iso} isDeadline={isDeadline} />
    </ClockProvider>,
  );
  return page.replace(/<[^>]*>/g, "");
}

test("what has happened is never told as still to come, however far the browser's clock is behind", () => {
  for (const ms of [-4000, 0, 4000, 30_000, 3_600_000, 3 * 86_400_000]) {
    expect(tell(after(ms))).toBe("just now");
  }
  expect(tell(after(-3_600_000))).toBe("1 hour ago");
});

test("a deadline is told as still to come, and as passed once it is", () => {
  expect(tell(after(30_000), true)).toBe("in a moment");
  expect(tell(after(3_600_000), true)).toBe("in 1 hour");
  expect(tell(after(-3_600_000), true)).toBe("1 hour ago");
});
