import type { CalendarUnit } from "@/server/contracts";

const DAY_MS = 86_400_000;

/** Least length of each calendar unit, ms. */
export const UNIT_MS: Readonly<Record<CalendarUnit, number>> = {
  year: 365 * DAY_MS,
  quarter: 90 * DAY_MS,
  month: 28 * DAY_MS,
  week: 7 * DAY_MS,
  day: DAY_MS,
  hour: DAY_MS / 24,
};
