import { textOf } from "./render-page";

const UNITS_MS: Record<string, number> = { ms: 1, s: 1000 };
const UNITS_BYTES: Record<string, number> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };
const PAIR = /([\d,.]+) (ms|s|[kMGT]?B) → ([\d,.]+) (ms|s|[kMGT]?B)\b/;
const CLAIM = /[−+]?([\d,.]+)(%|×)/g;

/** A part of the page whose numbers belong together: a row, a labelled figure, a caption, a sentence. */
const BLOCK = /<(?:tr|figcaption|p|li)\b|<div class="min-w-0"/;

/**
 * Printed percentages and factors that the printed figures beside them do not give: of every block with a
 * `before → after` the nearest claim is worked out again, as exactly as the printed digits allow.
 */
export function contradictionsIn(html: string): string[] {
  return blocksOf(html).flatMap(({ pair, claim, text }) => {
    const [before, after] = [figureOf(pair[1], pair[2]), figureOf(pair[3], pair[4])];
    return isTrue(claim, before, after) ? [] : [`${claim[0]} of ${pair[0]}: ${text.slice(0, 200)}`];
  });
}

/** How many blocks were worked out again: a test that finds none checks nothing. */
export const countChecked = (html: string): number => blocksOf(html).length;

function blocksOf(html: string) {
  return html.split(BLOCK).flatMap((block) => {
    // Bounds of intervals are no claims about the two figures.
    const text = textOf(`<${block}`).replace(/\[[^\]]*\]/g, "");
    const pair = PAIR.exec(text);
    if (pair === null) return [];
    const distance = ({ index }: RegExpMatchArray) => Math.abs((index ?? 0) - pair.index);
    const [claim] = [...text.matchAll(CLAIM)].sort((a, b) => distance(a) - distance(b));
    return claim === undefined ? [] : [{ pair, claim, text }];
  });
}

function figureOf(digits = "", unit = ""): number {
  const factor = UNITS_MS[unit] ?? UNITS_BYTES[unit] ?? Number.NaN;
  return Number(digits.replaceAll(",", "")) * factor;
}

/** Three digits are printed of a figure, and of a percentage at least whole ones. */
function isTrue([, digits = "", unit]: RegExpMatchArray, before: number, after: number): boolean {
  const claimed = Number(digits.replaceAll(",", ""));
  if (unit === "×") {
    const ratio = Math.max(before / after, after / before);
    return Math.abs(claimed / ratio - 1) < 0.02;
  }
  const change = 100 * Math.abs(1 - after / before);
  const printed = 0.5 + (100 * 0.01 * after) / before;
  return Math.abs(claimed - change) <= printed;
}
