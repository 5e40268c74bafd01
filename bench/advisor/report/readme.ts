import { readFileSync, writeFileSync } from "node:fs";
import type { WorkloadResult } from "../run-workload";
import { renderTable } from "./table";

const START = "<!-- bench:advisor -->";
const END = "<!-- /bench:advisor -->";
const README = "README.md";

/** Writes the results' table between its markers. Throws when the README has lost them. */
export function updateReadme(results: WorkloadResult[]): void {
  const text = readFileSync(README, "utf8");
  writeFileSync(README, replaceBetweenMarkers(text, renderTable(results)));
}

/** The text with what stood between the markers replaced; the same again when done twice. */
export function replaceBetweenMarkers(text: string, content: string): string {
  const start = text.indexOf(START);
  const end = text.indexOf(END);
  if (start < 0 || end < start) throw new Error(`${README} has no ${START} … ${END}.`);
  return `${text.slice(0, start + START.length)}\n\n${content}\n\n${text.slice(end)}`;
}
