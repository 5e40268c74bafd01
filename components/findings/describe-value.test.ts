import { expect, test } from "vitest";
import { describeValue } from "./describe-value";

test.each([
  ["missing_rows", 12_000, "Missing rows", "12,000"],
  ["missing_share", 0.004, "Missing share", "0.4%"],
  ["column_bytes", 1_400_000, "Column", "1.4 MB"],
  ["before_ms", 12.34, "Before", "12.3 ms"],
  ["gain_low", 0.25, "Gain low", "25%"],
])("%s of %d reads as %s: %s", (name, value, label, text) => {
  expect(describeValue(name, value)).toEqual({ label, value: text });
});
