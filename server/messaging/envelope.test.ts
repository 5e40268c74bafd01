import fc from "fast-check";
import { expect, test } from "vitest";
import { messageRecordId } from "./envelope";

const V5 = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("any sender and id give the same version 5 UUID every time", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (sender, id) => {
      const derived = messageRecordId(sender, id);
      expect(derived).toMatch(V5);
      expect(messageRecordId(sender, id)).toBe(derived);
    }),
  );
});

test("sender and id cannot be shifted into each other", () => {
  expect(messageRecordId("ab", "c")).not.toBe(messageRecordId("a", "bc"));
});

test("an id that is a UUID is the sender's own as well", () => {
  const id = "018f4e6a-7b1c-7d2e-8f3a-4b5c6d7e8f90";
  expect(messageRecordId("a", id)).toMatch(V5);
  expect(messageRecordId("a", id)).not.toBe(messageRecordId("b", id));
});

test("the derivation never changes: stored messages are found again", () => {
  expect(messageRecordId("agent-1", "msg-123456")).toBe("fb0f3815-eae3-5f15-806e-b4cd5e235145");
});
