import { expect, test } from "vitest";
import { formatRelative } from "@/server/format";
import { tellingTime } from "./clock";

const NOW = Date.parse("2026-01-01T00:00:00.000Z");
const after = (ms: number) => new Date(NOW + ms).toISOString();
const tell = (iso: string) => formatRelative(iso, tellingTime(iso, NOW));

test("what happened since the page's clock ticked is told as just now", () => {
  expect(tell(after(4000))).toBe("just now");
  expect(tell(after(0))).toBe("just now");
  expect(tell(after(-4000))).toBe("just now");
});

test("what lies further ahead is still to come", () => {
  expect(tell(after(30_000))).toBe("in a moment");
  expect(tell(after(3_600_000))).toBe("in 1 hour");
  expect(tell(after(-3_600_000))).toBe("1 hour ago");
});
