import { expect, test } from "vitest";
import { readOptions } from "./options";

test("without options a person decides on the specification's example", () => {
  expect(readOptions([])).toEqual({
    broker: null,
    scenarios: ["agreement"],
    isAuto: false,
    isOnce: false,
  });
});

test("what ends by itself, or goes wrong on purpose, waits for nobody", () => {
  expect(readOptions(["--once"])).toMatchObject({ isAuto: true, isOnce: true });
  expect(readOptions(["--scenario", "counter", "--scenario", "expiry"])).toMatchObject({
    scenarios: ["counter", "expiry"],
    isAuto: true,
    isOnce: false,
  });
});

test("all scenarios are each named once", () => {
  const { scenarios } = readOptions(["--scenario", "all"]);
  expect(scenarios).toHaveLength(9);
  expect(new Set(scenarios).size).toBe(9);
});

test.each([["--broker", "kafka"], ["--scenario", "war"], ["--fast"], ["agreement"]])(
  "%s %s is refused with the usage",
  (...args) => {
    expect(() => readOptions(args.filter((part) => part !== undefined))).toThrow(
      "npm run demo:mesh",
    );
  },
);
