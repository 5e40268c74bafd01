import type { CalendarUnit, OrderStep } from "./order-step";

const UNIT_WORDS: Record<CalendarUnit, string> = {
  year: "yearly",
  quarter: "quarterly",
  month: "monthly",
  week: "weekly",
  day: "daily",
  hour: "hourly",
};

/** `weekly`, `in ranges of 1,000`: how wide the ranges are that rows are ordered by. */
export function describeStep(step: OrderStep): string {
  return typeof step === "number"
    ? `in ranges of ${step.toLocaleString("en-US")}`
    : UNIT_WORDS[step];
}
