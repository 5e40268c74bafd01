import { expect, test } from "vitest";
import { z } from "zod";
import { decodeCursor, encodeCursor } from "./cursor";

const ID = "0b0e6a4e-3f0d-5c0a-9c51-4f2f7a0e5b11";

test("a cursor names the place it was made of", () => {
  const place = { at: new Date("2026-01-01T00:00:00.123Z"), id: ID };
  expect(decodeCursor(encodeCursor(place), z.guid())).toEqual(place);
});

test.each([
  ["no cursor at all", "nope"],
  ["a year there never was", `0000-01-01T00:00:00.000Z ${ID}`],
  ["a year that has five digits", `+012026-01-01T00:00:00.000Z ${ID}`],
  ["a date that is none", `2026-02-30T00:00:00.000Z ${ID}`],
  ["an id of another form", "2026-01-01T00:00:00.000Z sugg-000000000000"],
  ["more than two parts", `2026-01-01T00:00:00.000Z ${ID} x`],
])("a forged cursor with %s is refused", (_, text) => {
  const cursor = Buffer.from(text).toString("base64url");
  expect(() => decodeCursor(cursor, z.guid())).toThrow(
    expect.objectContaining({ code: "invalid_input" }),
  );
});
