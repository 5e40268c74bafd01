import type { Interval } from "@/server/contracts";
import { formatBounds, formatMs, formatPercent } from "@/server/format";

/** A share in percent without its sign. */
export const percent = (share: number): string => formatPercent(Math.abs(share));

export const milliseconds = formatMs;

/** `78% faster [70%, 82%]`, or `2.1% slower [−3%, −1.2%]`: gains are positive. */
export function speed(gain: Interval): string {
  const word = gain.value < 0 ? "slower" : "faster";
  return `${percent(gain.value)} ${word} ${formatBounds(gain)}`;
}

/** The query in one line, cut. */
export function shortSql(sql: string): string {
  const line = sql.replace(/\s+/g, " ").trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
