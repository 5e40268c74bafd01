import type { ForeignText } from "./find-injections";

export interface PlacedText extends ForeignText {
  /** Where it stands, as a JSON pointer; of a key, the object it is a key of. */
  pointer: string;
}

/** Keys that are repeated where a text is pointed at; others are not words, and may be what was found. */
const PLAIN_KEY = /^[\w.-]{1,64}$/;

const escapeKey = (key: string): string => (PLAIN_KEY.test(key) ? key : "*");

type Open = PlacedText | { value: unknown; pointer: string };

/** Every text of a JSON value, however deep, in its order, keys before what they name. */
export function foreignTexts(root: unknown): PlacedText[] {
  const texts: PlacedText[] = [];
  // A stack instead of recursion: what comes from outside may be nested deeper than calls can be.
  const open: Open[] = [{ value: root, pointer: "" }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if ("text" in next) texts.push(next);
    else if (typeof next.value === "string")
      texts.push({ text: next.value, pointer: next.pointer });
    else if (typeof next.value === "object" && next.value !== null) {
      for (const entry of entriesOf(next.value, next.pointer).reverse()) open.push(entry);
    }
  }
  return texts;
}

function entriesOf(value: object, pointer: string): Open[] {
  return Object.entries(value).flatMap(([key, inner]): Open[] => {
    const entry = { value: inner, pointer: `${pointer}/${escapeKey(key)}` };
    return Array.isArray(value) ? [entry] : [{ text: key, pointer, isKey: true }, entry];
  });
}
