const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = [0x5b, 0x7b];
const CLOSING = [0x5d, 0x7d];

/** Index of the quote that ends a JSON string begun at `start`; the text's end where there is none. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (code === QUOTE) return at;
  }
  return text.length;
}

/**
 * True when a JSON text is nested deeper than so many levels: told from the text alone, before anything
 * parses or walks it, in one pass without recursion.
 */
export function isDeeperThan(levelsMax: number, text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (OPENING.includes(code)) {
      depth += 1;
      if (depth > levelsMax) return true;
    } else if (CLOSING.includes(code)) depth -= 1;
  }
  return false;
}
