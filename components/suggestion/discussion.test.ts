import { expect, test } from "vitest";
import { findMentions } from "./discussion";

const people = ["ada@test.example", "ada@test", "bob@test"].map((label, n) => ({
  id: `0000000${n}-0000-4000-8000-000000000000`,
  label,
}));

test.each([
  ["@ada@test please look", ["ada@test"]],
  ["(@BOB@test), and @ada@test.example!", ["ada@test.example", "bob@test"]],
  ["bob@test is an address, not a mention", []],
  ["@bob@testing is somebody else", []],
])("%s", (text, expected) => {
  expect(findMentions(text, people).map(({ label }) => label)).toEqual(expected);
});
