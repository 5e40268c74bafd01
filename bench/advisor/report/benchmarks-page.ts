import { readFileSync, writeFileSync } from "node:fs";

/** The page whose tables the benchmarks write. */
export const BENCHMARKS_PAGE = "docs/benchmarks.md";

/** Writes a benchmark's table between its markers. Throws when the page has lost them. */
export function updateBenchmarksPage(name: string, table: string): void {
  const text = readFileSync(BENCHMARKS_PAGE, "utf8");
  writeFileSync(BENCHMARKS_PAGE, replaceBetweenMarkers(text, name, table));
}

/** The text with what stood between the markers replaced; the same again when done twice. */
export function replaceBetweenMarkers(text: string, name: string, content: string): string {
  const [opening, closing] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const start = text.indexOf(opening);
  const end = text.indexOf(closing);
  if (start < 0 || end < start)
    throw new Error(`${BENCHMARKS_PAGE} has no ${opening} … ${closing}.`);
  return `${text.slice(0, start + opening.length)}\n\n${content}\n\n${text.slice(end)}`;
}
