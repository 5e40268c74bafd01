import type { MaintenanceWindow, Weekday } from "@/server/contracts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** A common opening of several windows is looked for so far ahead. */
const DAYS_AHEAD = 36;
const WEEKDAYS: readonly Weekday[] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

interface Opening {
  startMs: number;
  endMs: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    ...{ year: "numeric", month: "numeric", day: "numeric" },
    ...{ hour: "numeric", minute: "numeric", second: "numeric" },
  });
  formats.set(timeZone, format);
  return format;
}

/** What a clock on the wall shows at an instant, as if it were UTC, ms. */
function wallMs(timeZone: string, instantMs: number): number {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(instantMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  return Date.UTC(
    ...([part("year"), part("month") - 1, part("day")] as const),
    ...([part("hour"), part("minute"), part("second")] as const),
  );
}

/**
 * The instant at which a clock on the wall shows this. Where it shows it twice (the clock is put back), the
 * first time; where never (put forward), as much later as it was put forward.
 */
function instantOf(timeZone: string, wall: number): number {
  const offsetAt = (ms: number) => wallMs(timeZone, ms) - ms;
  const before = offsetAt(wall - DAY_MS);
  const after = offsetAt(wall + DAY_MS);
  const [early, late] = [wall - Math.max(before, after), wall - Math.min(before, after)];
  if (offsetAt(early) === wall - early) return early;
  return offsetAt(late) === wall - late ? late : wall - before;
}

const minutesOf = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return 60 * hours + minutes;
};

/** Openings of a window from the day before `fromMs` on, the first one first. */
function openingsOf(window: MaintenanceWindow, fromMs: number, days: number): Opening[] {
  const { time_zone, weekdays } = window;
  const [from, to] = [minutesOf(window.from), minutesOf(window.to)];
  const today = Math.floor(wallMs(time_zone, fromMs) / DAY_MS) * DAY_MS;
  const openings: Opening[] = [];
  for (let day = -1; day <= days; day += 1) {
    const date = today + day * DAY_MS;
    const weekday = WEEKDAYS[new Date(date).getUTCDay()];
    if (weekday === undefined || !weekdays.includes(weekday)) continue;
    const end = date + (to <= from ? DAY_MS : 0) + to * MINUTE_MS;
    openings.push({
      startMs: instantOf(time_zone, date + from * MINUTE_MS),
      endMs: instantOf(time_zone, end),
    });
  }
  return openings;
}

const isInside = (openings: readonly Opening[], ms: number): boolean =>
  openings.some(({ startMs, endMs }) => startMs <= ms && ms < endMs);

/**
 * Whether an execution may begin now, and else when: of each group one window must be open. `opensAtMs` null:
 * open now, or not within five weeks.
 */
export function checkWindows(
  groups: readonly (readonly MaintenanceWindow[])[],
  nowMs: number,
): { isOpen: boolean; opensAtMs: number | null } {
  const calendars = groups
    .filter((windows) => windows.length > 0)
    .map((windows) => windows.flatMap((window) => openingsOf(window, nowMs, DAYS_AHEAD)));
  const isOpenAt = (ms: number) => calendars.every((openings) => isInside(openings, ms));
  if (isOpenAt(nowMs)) return { isOpen: true, opensAtMs: null };
  // A common opening begins where one of the windows opens.
  const starts = calendars.flat().map(({ startMs }) => startMs);
  const later = starts.filter((ms) => ms > nowMs && isOpenAt(ms));
  return { isOpen: false, opensAtMs: later.length === 0 ? null : Math.min(...later) };
}
