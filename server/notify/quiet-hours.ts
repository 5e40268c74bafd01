import type { NotificationPreferences } from "@/server/contracts";

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;

const minutesOf = (clock: string): number =>
  Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

interface LocalTime {
  /** 1: Monday … 7: Sunday. */
  weekday: number;
  minutes: number;
}

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** A moment on the clocks of a zone. */
export function localTime(moment: Date, timeZone: string): LocalTime {
  const parts = new Intl.DateTimeFormat("en-GB", {
    ...{ timeZone, hourCycle: "h23", weekday: "short", hour: "2-digit", minute: "2-digit" },
  }).formatToParts(moment);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  return {
    weekday: WEEKDAYS.indexOf(of("weekday")) + 1,
    minutes: minutesOf(`${of("hour")}:${of("minute")}`),
  };
}

/**
 * When something may be sent to a person: now, or when the quiet hours they are in end. Quiet hours may
 * pass midnight. On the two nights in which clocks change it may be an hour off.
 */
export function sendableAt(
  { quiet_hours: quiet, time_zone }: Pick<NotificationPreferences, "quiet_hours" | "time_zone">,
  now: Date,
): Date {
  if (quiet === null) return now;
  const { minutes } = localTime(now, time_zone);
  const since = (minutes - minutesOf(quiet.from) + DAY_MINUTES) % DAY_MINUTES;
  const length = (minutesOf(quiet.until) - minutesOf(quiet.from) + DAY_MINUTES) % DAY_MINUTES;
  if (since >= length) return now;
  const thisMinute = Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS;
  return new Date(thisMinute + (length - since) * MINUTE_MS);
}

type DigestTimes = Pick<NotificationPreferences, "digest" | "digest_at" | "time_zone">;

/**
 * The last moment at which a digest was due: today's time or yesterday's; of a weekly one, a Monday's. A
 * digest holds what came before that moment, so that it does not matter how late it is made.
 */
export function lastDigestAt(times: DigestTimes, now: Date): Date {
  const { weekday, minutes } = localTime(now, times.time_zone);
  const daysBack = times.digest === "weekly" ? weekday - 1 : 0;
  const since = minutes - minutesOf(times.digest_at) + daysBack * DAY_MINUTES;
  const period = times.digest === "weekly" ? 7 * DAY_MINUTES : DAY_MINUTES;
  const thisMinute = Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS;
  return new Date(thisMinute - (since < 0 ? since + period : since) * MINUTE_MS);
}
