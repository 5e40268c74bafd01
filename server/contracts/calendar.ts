// Without zod: pages read it.

export const WEEKDAY_LABELS = {
  ...{ mon: "Mon", tue: "Tue", wed: "Wed", thu: "Thu", fri: "Fri", sat: "Sat", sun: "Sun" },
} as const;

type Day = keyof typeof WEEKDAY_LABELS;
export const WEEKDAYS = Object.keys(WEEKDAY_LABELS) as [Day, ...Day[]];

/** Of a clock on the wall: `02:30`. */
export const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d$/;

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

interface WeeklyTimes {
  weekdays: readonly Day[];
  from: string;
  to: string;
  time_zone: string;
}

/** `Sat, Sun 02:00–04:00 (Europe/Berlin)` */
export function describeWindow({ weekdays, from, to, time_zone }: WeeklyTimes): string {
  const isDaily = new Set(weekdays).size === WEEKDAYS.length;
  const days = isDaily ? "daily" : weekdays.map((day) => WEEKDAY_LABELS[day]).join(", ");
  return `${days} ${from}–${to} (${time_zone})`;
}
