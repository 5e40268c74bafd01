import { latinize } from "./homoglyphs";

/** A text in three views, whatever it was written with. Each is at most a few times as long. */
export interface NormalizedText {
  /** Letters and digits in lower case, one space wherever anything else stood. */
  words: string;
  /** In lower case with its signs, one space for any white space. */
  signs: string;
  /** Letters and digits alone: words that were torn apart stand together again. */
  squeezed: string;
}

const ESCAPE =
  /&#x([0-9a-f]{1,6});|&#([0-9]{1,7});|%([0-9a-f]{2})|\\u\{?([0-9a-f]{4,6})\}?|\\x([0-9a-f]{2})|&(lt|gt|quot|apos|amp|nbsp);/gi;
const ENTITIES: Readonly<Record<string, string>> = {
  ...{ lt: "<", gt: ">", quot: '"', apos: "'", amp: "&", nbsp: " " },
};

/** HTML entities, percent and backslash escapes as the characters they stand for. */
function decodeEscapes(text: string): string {
  return text.replace(ESCAPE, (found: string, ...groups: (string | undefined)[]) => {
    const [hex, decimal, percent, unicode, short, entity] = groups;
    if (entity !== undefined) return ENTITIES[entity.toLowerCase()] ?? found;
    const digits = hex ?? percent ?? unicode ?? short;
    const code = digits === undefined ? Number(decimal) : Number.parseInt(digits, 16);
    const isSurrogate = code >= 0xd800 && code <= 0xdfff;
    return code < 32 || code > 0x10ffff || isSurrogate ? found : String.fromCodePoint(code);
  });
}

// Marks and format characters change how a letter looks, or nothing at all; the others are blanks that
// count as letters (Hangul fillers, the empty Braille cell).
const UNSEEN = /[\p{M}\p{Cf}\u115f\u1160\u3164\uffa0\u2800]/gu;

const foldLetters = (text: string): string => latinize(text.normalize("NFKD").replace(UNSEEN, ""));

/** `ignoreAllRules`; not `iGnOrE`, whose parts are no words. */
const CAMEL_HUMP = /([a-z]{2})(?=[A-Z][a-z])/g;
const LEET: Readonly<Record<string, string>> = {
  ...{ "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b" },
  ...{ "@": "a", $: "s", "!": "i" },
};
const LEET_SIGN = /(?<=[a-z])[@$!](?=[a-z])/g;
/** A word of letters and digits. */
const MIXED = /(?<![\p{L}\p{N}])(?=\p{N}*\p{L})(?=\p{L}*\p{N})[\p{L}\p{N}]+/gu;

const readLeet = (text: string): string =>
  text.replace(/[0134578@$!]/g, (sign) => LEET[sign] ?? sign);

/** Takes time and space linear in the text. */
export function normalizeText(text: string): NormalizedText {
  const letters = foldLetters(decodeEscapes(text));
  const signs = letters.toLowerCase().replace(/\s+/g, " ");
  const words = letters
    .replace(CAMEL_HUMP, "$1 ")
    .toLowerCase()
    .replace(LEET_SIGN, readLeet)
    .replace(MIXED, readLeet)
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
  return { words, signs, squeezed: words.replaceAll(" ", "") };
}
