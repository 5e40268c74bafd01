/**
 * The one place that turns numbers into text, for people: pages, shell, reasons and reports. The same
 * way on server and browser (fixed locale, UTC), so that server-rendered pages never differ from
 * hydrated ones.
 */
const LOCALE = "en-US";
const integers = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });

interface Bounds {
  value: number;
  low: number;
  high: number;
}

/** Three significant digits, never in exponent form: 0.72, 12.4, 1,240. */
function significant(value: number): string {
  return new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: 3 }).format(value);
}

/** Milliseconds in the unit that reads best: `0.72 ms`, `316 ms`, `2.4 s`, `3 min 20 s`, `1 h 34 min`, `−2 min 5 s`. */
export function formatMs(ms: number): string {
  const size = Math.abs(ms);
  if (size > 0 && size < 0.01) return "<0.01 ms";
  if (ms < 0) return `−${formatMs(size)}`;
  if (size < 1000) return `${significant(ms)} ms`;
  if (size < 60_000) return `${significant(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds >= 3600) return formatHours(Math.round(seconds / 60));
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function formatHours(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0
    ? `${formatCount(hours)} h`
    : `${formatCount(hours)} h ${minutes % 60} min`;
}

/**
 * A share (0..1) in percent: `55%`. One digit below 10% and above 90%, where it matters; never `100%`
 * of what is not all.
 */
export function formatPercent(share: number): string {
  const percent = share * 100;
  const needsDigit = Math.abs(percent) < 10 || (percent > 90 && percent < 100);
  const exact = needsDigit ? Math.round(percent * 10) / 10 : Math.round(percent);
  const rounded = share < 1 ? Math.min(99.9, exact) : exact;
  return `${integerOrOneDigit(rounded === 0 ? 0 : rounded)}%`.replace("-", "−");
}

/** How far something is, in whole percent: `7%`; `100%` only of what is done. */
export function formatProgress(fraction: number): string {
  return `${Math.floor(100 * Math.min(1, Math.max(0, fraction)))}%`;
}

/** A share in percent with one digit, for figures that are compared: `71.4%`. */
export function formatExactPercent(share: number): string {
  return `${(100 * share).toFixed(1)}%`.replace("-", "−");
}

function integerOrOneDigit(value: number): string {
  return new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 }).format(value);
}

/** A signed change of a share: `+3.1%`, `−12%`, `0%`. */
export function formatSignedPercent(share: number): string {
  const text = formatPercent(share);
  return share > 0 && text !== "0%" ? `+${text}` : text;
}

/** `92.1% [91.0%, 93.0%]` */
export function formatInterval(interval: Bounds): string {
  return `${formatPercent(interval.value)} ${formatBounds(interval)}`;
}

/** `[91.0%, 93.0%]` */
export function formatBounds({ low, high }: Pick<Bounds, "low" | "high">): string {
  return `[${formatPercent(low)}, ${formatPercent(high)}]`;
}

/**
 * How many times faster (or slower) two durations are: `12.4× faster`, `2.6× slower`. `gain` is that of the
 * comparison: where it spans zero, the medians differ by chance.
 */
export function formatSpeed(
  { low, high }: Pick<Bounds, "low" | "high">,
  beforeMs: number,
  afterMs: number,
): string {
  if (low <= 0 && high >= 0) return "no clear difference";
  if (beforeMs <= 0 || afterMs <= 0) return "–";
  const ratio = beforeMs / afterMs;
  if (ratio > 0.97 && ratio < 1.03) return "same speed";
  return ratio >= 1 ? `${formatFactor(ratio)} faster` : `${formatFactor(1 / ratio)} slower`;
}

/** A weight for (`+0.5`) or against (`−0.25`), two digits at most. */
export function formatWeight(weight: number): string {
  const text = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 2 }).format(Math.abs(weight));
  if (text === "0") return text;
  return weight < 0 ? `−${text}` : `+${text}`;
}

/** A factor: `1.4×`, `12.4×` */
export function formatFactor(factor: number): string {
  return `${significant(factor)}×`;
}

/** A ratio of costs: 1.02 is `+2%`, 3.8 is `3.8×`. */
export function formatRatio(ratio: number): string {
  return ratio >= 2 ? formatFactor(ratio) : formatSignedPercent(ratio - 1);
}

const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** Bytes in decimal units: `512 B`, `1.4 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1000 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${significant(value)} ${BYTE_UNITS[unit] ?? "B"}`.replace("-", "−");
}

/** Whole numbers with separators: `3,000,000`. */
export function formatCount(value: number): string {
  return integers.format(value);
}

/** `1 change`, `3 changes` */
export function formatPlural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** `a`, `a and b`, `a, b and c` */
export function formatList(items: readonly string[]): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} and ${last}`;
}

/** An SQL text in one line, cut after 80 characters. */
export function shortSql(sql: string): string {
  const line = sql.replace(/\s+/g, " ").trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" });
const STEPS = [
  { unit: "day", ms: 86_400_000 },
  { unit: "hour", ms: 3_600_000 },
  { unit: "minute", ms: 60_000 },
] as const;

/** `3 minutes ago`, `in 2 hours`; under a minute `just now`. `nowMs` is given, never read. */
export function formatRelative(iso: string, nowMs: number): string {
  const difference = Date.parse(iso) - nowMs;
  for (const step of STEPS) {
    const count = Math.trunc(difference / step.ms);
    if (count !== 0) return relative.format(count, step.unit);
  }
  return difference > 0 ? "in a moment" : "just now";
}

/** `2026-03-01 14:05:09 UTC` */
export function formatInstant(iso: string): string {
  return `${new Date(iso).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
