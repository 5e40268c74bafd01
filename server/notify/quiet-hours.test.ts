import { describe, expect, it } from "vitest";
import { lastDigestAt, localTime, sendableAt } from "./quiet-hours";

const night = { from: "22:00", until: "07:00" };
const berlin = { quiet_hours: night, time_zone: "Europe/Berlin" };
const at = (text: string) => new Date(text);

describe("sendableAt", () => {
  it("waits for the end of quiet hours that pass midnight, on the person's clock", () => {
    // 23:30 and 06:59 in Berlin.
    expect(sendableAt(berlin, at("2026-01-10T22:30:20Z"))).toEqual(at("2026-01-11T06:00:00Z"));
    expect(sendableAt(berlin, at("2026-01-11T05:59:59Z"))).toEqual(at("2026-01-11T06:00:00Z"));
  });

  it("waits for nothing outside of them, or without any", () => {
    for (const time of ["2026-01-10T20:59:59Z", "2026-01-11T06:00:00Z"]) {
      expect(sendableAt(berlin, at(time))).toEqual(at(time));
    }
    const never = { quiet_hours: null, time_zone: "UTC" };
    expect(sendableAt(never, at("2026-01-10T23:30:00Z"))).toEqual(at("2026-01-10T23:30:00Z"));
  });

  it("takes hours within one day, and none at all where both ends are equal", () => {
    const noon = { quiet_hours: { from: "12:00", until: "13:00" }, time_zone: "UTC" };
    expect(sendableAt(noon, at("2026-01-10T12:10:00Z"))).toEqual(at("2026-01-10T13:00:00Z"));
    const none = { quiet_hours: { from: "12:00", until: "12:00" }, time_zone: "UTC" };
    expect(sendableAt(none, at("2026-01-10T12:00:00Z"))).toEqual(at("2026-01-10T12:00:00Z"));
  });
});

describe("lastDigestAt", () => {
  const daily = { digest: "daily", digest_at: "08:00", time_zone: "America/New_York" } as const;

  it("is today's time once it has come, and yesterday's before, on the person's clock", () => {
    // 08:00 and 07:59 in New York.
    expect(lastDigestAt(daily, at("2026-01-10T13:00:30Z"))).toEqual(at("2026-01-10T13:00:00Z"));
    expect(lastDigestAt(daily, at("2026-01-10T12:59:59Z"))).toEqual(at("2026-01-09T13:00:00Z"));
  });

  it("is a Monday's when it is weekly, however late it is asked for", () => {
    const weekly = { ...daily, digest: "weekly" } as const;
    const monday = at("2026-01-12T13:00:00Z");
    for (const later of ["2026-01-12T13:00:00Z", "2026-01-15T02:00:00Z", "2026-01-19T12:59:00Z"]) {
      expect(lastDigestAt(weekly, at(later))).toEqual(monday);
    }
    expect(lastDigestAt(weekly, at("2026-01-19T13:00:00Z"))).toEqual(at("2026-01-19T13:00:00Z"));
  });
});

it("localTime names weekday and minute on a zone's clock", () => {
  expect(localTime(at("2026-01-11T23:30:00Z"), "Asia/Tokyo")).toEqual({ weekday: 1, minutes: 510 });
});
