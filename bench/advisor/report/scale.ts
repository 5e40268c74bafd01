import type { Interval } from "@/server/contracts";
import { formatCount, formatInterval } from "@/server/format";
import { markdownTable } from "./markdown-table";

export interface ScaleResult {
  tables: number;
  shapes: number;
  /** Of all tables together. */
  rows: number;
  candidates: number;
  /** Not reached in time, or left out by a rule. */
  not_tried: number;
  accepted: number;
  seconds: number;
  seconds_max: number;
  first_accepted_seconds: number | null;
  rss_peak_bytes: number;
  set_gain: Interval | null;
}

const HEAD = [
  "tables",
  "query shapes",
  "rows",
  "candidates",
  "not tried or left out",
  "changes",
  "gain promised",
  "first shown after",
  "time of budget",
  "memory",
];

/** The advising run at scale as a Markdown table of one row. */
export function renderScale(result: ScaleResult): string {
  const { first_accepted_seconds: first, set_gain: gain } = result;
  const cells = [
    String(result.tables),
    String(result.shapes),
    formatCount(result.rows),
    String(result.candidates),
    String(result.not_tried),
    String(result.accepted),
    gain === null ? "–" : formatInterval(gain),
    first === null ? "–" : `${Math.round(first)} s`,
    `${Math.round(result.seconds)} of ${result.seconds_max} s`,
    `${Math.round(result.rss_peak_bytes / 1024 ** 2)} MB`,
  ];
  return markdownTable([HEAD, HEAD.map(() => "---:"), cells]);
}
