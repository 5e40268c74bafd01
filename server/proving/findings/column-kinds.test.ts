import { expect, it } from "vitest";
import { isDate, isNumeric } from "./column-kinds";

it("tells numbers and dates from lists and structs of them", () => {
  const numbers = ["INTEGER", "UHUGEINT", "DECIMAL(18,2)", "DOUBLE", "FLOAT"];
  const dates = ["DATE", "TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE"];
  const lists = ["INTEGER[]", "DECIMAL(18,2)[]", "FLOAT[384]", "DATE[]", "TIMESTAMP[3]"];
  expect(numbers.filter(isNumeric)).toEqual(numbers);
  expect(dates.filter(isDate)).toEqual(dates);
  expect(lists.filter((type) => isNumeric(type) || isDate(type))).toEqual([]);
});
