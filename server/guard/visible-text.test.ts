import { expect, test } from "vitest";
import { visibleText } from "./visible-text";

test.each([
  ["plain words\nand\ttabs stay", "plain words\nand\ttabs stay"],
  ["größe, 日本語, 🙂", "größe, 日本語, 🙂"],
  ["a\u202eb", "a\\u{202e}b"],
  ["zero\u200bwidth\u2066", "zero\\u{200b}width\\u{2066}"],
  ["tag \u{e0041}", "tag \\u{e0041}"],
  ["\u0000\u001b[31m\r", "\\u{0}\\u{1b}[31m\\u{d}"],
])("%j is shown as %j", (text, shown) => {
  expect(visibleText(text)).toBe(shown);
});
