import type { Interval } from "@/server/contracts";

/** Share as a percentage without its sign: `2.1 %`, `78 %`. */
export function percent(share: number): string {
  const value = Math.abs(share) * 100;
  return `${value >= 9.95 ? Math.round(value) : value.toFixed(1)} %`;
}

function signedPercent(share: number): string {
  const text = percent(share);
  return Number.parseFloat(text) === 0 ? "0 %" : `${share < 0 ? "−" : ""}${text}`;
}

/** `78 % faster [70 %, 82 %]`, or `2.1 % slower [−3.0 %, −1.2 %]`: gains are positive. */
export function speed(gain: Interval): string {
  const word = gain.value < 0 ? "slower" : "faster";
  return `${percent(gain.value)} ${word} [${signedPercent(gain.low)}, ${signedPercent(gain.high)}]`;
}

/** Milliseconds with as many digits as mean something. */
export function milliseconds(value: number): string {
  if (value >= 100) return `${Math.round(value)} ms`;
  return `${value >= 10 ? value.toFixed(1) : value.toFixed(2)} ms`;
}

/** The query in one line, cut. */
export function shortSql(sql: string): string {
  const line = sql.replace(/\s+/g, " ").trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
