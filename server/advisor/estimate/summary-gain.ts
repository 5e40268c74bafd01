import { SUMMARY_BUILD_NS, SUMMARY_TIME } from "../facts";

/** Part of its time a grouped query saves, 0..1, by the share of the table's rows a summary has. */
export function summaryGain(rows: number, tableRows: number): number {
  const left = SUMMARY_TIME.floor + (SUMMARY_TIME.perRowShare * rows) / tableRows;
  return Math.max(0, 1 - left);
}

/** Time to build the summary, ms, from least to most as measured. */
export function summaryBuildMs(tableRows: number): { low: number; high: number } {
  return {
    low: (tableRows * SUMMARY_BUILD_NS.low) / 1e6,
    high: (tableRows * SUMMARY_BUILD_NS.high) / 1e6,
  };
}
