import { expect, test } from "vitest";
import { Places } from "./places";

test("a caller has so many places of each kind, and others have their own", () => {
  const places = new Places();
  const leave = [places.enter("requests", "key:a", 2), places.enter("requests", "key:a", 2)];
  expect(() => places.enter("requests", "key:a", 2)).toThrow(/At most 2 requests at once/);
  expect(() => places.enter("requests", "key:b", 2)).not.toThrow();
  expect(() => places.enter("streams", "key:a", 2)).not.toThrow();
  leave[0]?.();
  expect(() => places.enter("requests", "key:a", 2)).not.toThrow();
});

test("a place is freed once, however often it is left", () => {
  const places = new Places();
  const leave = places.enter("requests", "key:a", 2);
  places.enter("requests", "key:a", 2);
  leave();
  leave();
  places.enter("requests", "key:a", 2);
  expect(() => places.enter("requests", "key:a", 2)).toThrow(
    expect.objectContaining({ code: "rate_limited" }),
  );
});
