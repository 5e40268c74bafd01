import fc from "fast-check";
import { expect, test } from "vitest";
import { describeWindow, type MaintenanceWindow, type Weekday } from "@/server/contracts";
import { checkWindows } from "./windows";

const window = (change: Partial<MaintenanceWindow> = {}): MaintenanceWindow => ({
  ...{ time_zone: "UTC", weekdays: ["sat"], from: "02:00", to: "04:00" },
  ...change,
});
const check = (windows: MaintenanceWindow[], now: string) => {
  const { isOpen, opensAtMs } = checkWindows([windows], Date.parse(now));
  return isOpen ? "open" : opensAtMs && new Date(opensAtMs).toISOString();
};

test("a window is open from its first minute to before its last", () => {
  const saturday = [window()];
  expect(check(saturday, "2026-03-07T01:59:59.999Z")).toBe("2026-03-07T02:00:00.000Z");
  expect(check(saturday, "2026-03-07T02:00:00.000Z")).toBe("open");
  expect(check(saturday, "2026-03-07T03:59:59.999Z")).toBe("open");
  expect(check(saturday, "2026-03-07T04:00:00.000Z")).toBe("2026-03-14T02:00:00.000Z");
});

test("a window past midnight belongs to the day on which it opens", () => {
  const night = [window({ from: "22:00", to: "03:00" })];
  expect(check(night, "2026-03-08T02:00:00.000Z")).toBe("open");
  expect(check(night, "2026-03-07T02:00:00.000Z")).toBe("2026-03-07T22:00:00.000Z");
});

test("equal times are the whole day", () => {
  const day = [window({ from: "00:00", to: "00:00" })];
  expect(check(day, "2026-03-07T23:59:00.000Z")).toBe("open");
  expect(check(day, "2026-03-08T00:00:00.000Z")).toBe("2026-03-14T00:00:00.000Z");
});

test("times are those of the zone, on both sides of a change of the clock", () => {
  const berlin = [
    window({ time_zone: "Europe/Berlin", weekdays: ["sun"], from: "04:00", to: "06:00" }),
  ];
  // The clock is put forward on 29 March 2026 at 02:00, and back on 25 October at 03:00.
  expect(check(berlin, "2026-03-22T00:00:00.000Z")).toBe("2026-03-22T03:00:00.000Z");
  expect(check(berlin, "2026-03-29T00:00:00.000Z")).toBe("2026-03-29T02:00:00.000Z");
  expect(check(berlin, "2026-10-25T00:00:00.000Z")).toBe("2026-10-25T03:00:00.000Z");
});

test("an hour that the clock skips, or shows twice, opens the window once", () => {
  const skipped = [
    window({ time_zone: "Europe/Berlin", weekdays: ["sun"], from: "02:30", to: "05:00" }),
  ];
  expect(check(skipped, "2026-03-29T00:00:00.000Z")).toBe("2026-03-29T01:30:00.000Z");
  expect(check(skipped, "2026-03-29T02:59:00.000Z")).toBe("open");
  expect(check(skipped, "2026-10-25T00:00:00.000Z")).toBe("2026-10-25T00:30:00.000Z");
});

test("zones without whole hours, and the day that is tomorrow there", () => {
  const kathmandu = [window({ time_zone: "Asia/Kathmandu" })];
  expect(check(kathmandu, "2026-03-06T12:00:00.000Z")).toBe("2026-03-06T20:15:00.000Z");
});

test("of several groups one window of each must be open", () => {
  const weekend = [window({ weekdays: ["sat", "sun"], from: "00:00", to: "00:00" })];
  const nights = [window({ weekdays: ["fri", "sun"], from: "03:00", to: "05:00" })];
  const at = (now: string) => checkWindows([weekend, nights], Date.parse(now));
  expect(at("2026-03-06T03:30:00.000Z").opensAtMs).toBe(Date.parse("2026-03-08T03:00:00.000Z"));
  expect(at("2026-03-08T03:30:00.000Z")).toEqual({ isOpen: true, opensAtMs: null });
  const never = [window({ weekdays: ["mon"] })];
  expect(checkWindows([weekend, never], Date.parse("2026-03-06T00:00:00.000Z"))).toEqual({
    isOpen: false,
    opensAtMs: null,
  });
  expect(checkWindows([[], []], 0).isOpen).toBe(true);
});

test("what is said to open is open then, and was closed all the time before", () => {
  const days: Weekday[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
  const time = fc
    .integer({ min: 0, max: 95 })
    .map(
      (q) =>
        `${String(Math.floor(q / 4)).padStart(2, "0")}:${String((q % 4) * 15).padStart(2, "0")}`,
    );
  const windows = fc.record({
    time_zone: fc.constantFrom("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"),
    weekdays: fc.subarray(days, { minLength: 1 }),
    ...{ from: time, to: time },
  });
  const nows = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) });
  fc.assert(
    fc.property(windows, nows, (given, now) => {
      const { isOpen, opensAtMs } = checkWindows([[given]], now);
      if (isOpen) return;
      if (opensAtMs === null) throw new Error("A weekly window opens within a week.");
      expect(opensAtMs).toBeGreaterThan(now);
      expect(opensAtMs - now).toBeLessThan(8 * 86_400_000);
      expect(checkWindows([[given]], opensAtMs).isOpen).toBe(true);
      expect(checkWindows([[given]], opensAtMs - 1).isOpen).toBe(false);
      expect(checkWindows([[given]], Math.floor((now + opensAtMs) / 2)).isOpen).toBe(false);
    }),
    { numRuns: 60 },
  );
});

test("is described by its days, times and zone", () => {
  expect(describeWindow(window({ weekdays: ["sat", "sun"] }))).toBe("Sat, Sun 02:00–04:00 (UTC)");
});
