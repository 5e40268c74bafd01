import { randomBytes } from "node:crypto";

// A query's text cannot guess the mark, so no string in it can pass for a number.
const MARK = `raw-number-${randomBytes(12).toString("hex")}:`;
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
const MARKED = new RegExp(`"${MARK}(-?\\d[\\d.eE+-]*)"`, "g");

/**
 * JSON.parse that keeps numbers JavaScript cannot hold (64-bit integers) or would print
 * differently (`1000.0`) as marked strings; `printExactJson` writes them back as they were.
 */
export function parseExactJson(text: string): unknown {
  const marked = text.replace(TOKEN, (token) =>
    token.startsWith('"') || String(Number(token)) === token ? token : `"${MARK}${token}"`,
  );
  return JSON.parse(marked);
}

export function printExactJson(value: unknown): string {
  return JSON.stringify(value).replace(MARKED, "$1");
}

/** Digits of a number as the text had them; null when the value is no number. */
export function exactNumberText(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  if (typeof value === "string" && value.startsWith(MARK)) return value.slice(MARK.length);
  return null;
}
