import { expect, test } from "vitest";
import { pageValues } from "./page-values";

const send = (value: unknown) =>
  pageValues.deserialize(JSON.parse(JSON.stringify(pageValues.serialize(value))));

test("values arrive as they were sent, moments at any depth included", () => {
  const at = new Date("2026-12-01T10:00:00.123Z");
  const value = { at, list: [{ at }, null, 1, "x", true, { "": [] }], nested: { deep: { at } } };
  expect(send(value)).toEqual(value);
  expect(send(at)).toEqual(at);
  expect(send(undefined)).toBeUndefined();
});

test("what was not given is not there afterwards", () => {
  expect(Object.keys(send({ a: 1, b: undefined }) as object)).toEqual(["a"]);
});

test("a field of any name stays a field", () => {
  const value = JSON.parse('{"__proto__": {"polluted": true}, "constructor": [1]}');
  const sent = send(value) as Record<string, unknown>;
  expect(Object.keys(sent)).toEqual(["__proto__", "constructor"]);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test("what JSON cannot say is refused when it is sent", () => {
  expect(() => pageValues.serialize({ all: new Map() })).toThrow("Map has no form");
  expect(() => JSON.stringify(pageValues.serialize({ big: 1n }))).toThrow(TypeError);
});
