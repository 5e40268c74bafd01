/** Letters that are not seen, or change how others are: controls, bidirectional marks, fillers. Line breaks and tabs are. */
const UNSEEN = /(?![\n\t])[\p{Cc}\p{Cf}\u115f\u1160\u2800\u3164\uffa0]/gu;

/** A text of others as people may read it: what hides in it, or would reorder it, is written out (`\u{202e}`). */
export const visibleText = (text: string): string =>
  text.replaceAll(UNSEEN, (letter) => `\\u{${letter.codePointAt(0)?.toString(16)}}`);
