import type { NotificationPreferences } from "@/server/contracts";

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;

const minutesOf = (clock: string): number =>
  Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

interface LocalTime {
  /** `2026-11-28` */
  day: string;
  /** 1: Monday … 7: Sunday. */
  weekday: number;
  minutes: number;
}

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** Date and time of a moment on the clocks of a zone. */
export function localTime(moment: Date, timeZone: string): LocalTime {
  const parts = new Intl.DateTimeFormat("en-GB", {
    ...{ timeZone, hourCycle: "h23", weekday: "short", year: "numeric" },
    ...{ month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" },
  }).formatToParts(moment);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  return {
    day: `${of("year")}-${of("month")}-${of("day")}`,
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
 * The day of the digest that is due now: today's once its time has come; of a weekly one on a Monday alone.
 * null: none. A digest of a day is made once, so that asking late or twice does no harm.
 */
export function dueDigest(times: DigestTimes, now: Date): string | null {
  const { day, weekday, minutes } = localTime(now, times.time_zone);
  if (minutes < minutesOf(times.digest_at)) return null;
  return times.digest === "daily" || weekday === 1 ? day : null;
}
