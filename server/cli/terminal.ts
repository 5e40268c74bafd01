import type { WriteStream } from "node:tty";

/** What a stream can show. */
export interface Terminal {
  /** Columns; null: no terminal, so that lines are never cut. */
  width: number | null;
  /** Never without a terminal, and not with NO_COLOR. */
  isColored: boolean;
}

export function terminal(stream: NodeJS.WriteStream | WriteStream): Terminal {
  if (!stream.isTTY) return { width: null, isColored: false };
  return { width: stream.columns || null, isColored: stream.hasColors() };
}

const CODES = { bold: 1, red: 31, green: 32, yellow: 33 } as const;

export function paint(text: string, tone: keyof typeof CODES | null, isColored: boolean): string {
  return tone !== null && isColored ? `\u001b[${CODES[tone]}m${text}\u001b[0m` : text;
}

/**
 * A text with its control characters shown as boxes: in names and texts of others they would steer the
 * terminal. Colours are added afterwards, to texts of ours.
 */
export function printable(text: string): string {
  return text.replace(/(?![\n\t])\p{Cc}/gu, "\u25a1");
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
const WIDE =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}])/u;

/** Characters of a text as they are seen, with the columns each takes. */
export function segments(text: string): { text: string; columns: number }[] {
  return [...graphemes.segment(text)].map(({ segment }) => ({
    text: segment,
    columns: WIDE.test(segment) ? 2 : 1,
  }));
}

/** Columns that a text takes. */
export function columnsOf(text: string): number {
  return segments(text).reduce((sum, { columns }) => sum + columns, 0);
}
