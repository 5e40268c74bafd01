import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { ConversationState } from "./conversation";
import { OperationState, SuggestionState } from "./suggestion";
import {
  allows,
  CLOSED_STATES,
  EFFECTIVE_STATES,
  INITIAL_STATES,
  isFinal,
  mayFollow,
  OPEN_STATES,
  statesFrom,
  statesOf,
  TRANSITIONS,
  UNAPPROVED_STATES,
} from "./transitions";

const MACHINES = [
  ["suggestion", SuggestionState.options],
  ["operation", OperationState.options],
  ["conversation", ConversationState.options],
] as const;

test.each(MACHINES)("every state of a %s is reached from where it starts", (entity, states) => {
  const reached = INITIAL_STATES[entity].flatMap((initial) => statesFrom(entity, initial as never));
  expect(new Set(reached)).toEqual(new Set(states));
  expect(new Set(statesOf(entity))).toEqual(new Set(states));
});

test.each(MACHINES)("every transition of a %s is audited as entity.verb", (entity) => {
  for (const { action } of Object.values(TRANSITIONS[entity])) {
    expect(action).toMatch(new RegExp(`^${entity}\\.[a-z_]+$`));
  }
});

test("what may follow what", () => {
  expect(mayFollow("suggestion", { from: "pending", to: "approved" })).toBe(true);
  expect(mayFollow("suggestion", { from: "rejected", to: "approved" })).toBe(false);
  expect(mayFollow("operation", { from: "queued", to: "executed" })).toBe(false);
  expect(allows("suggestion", "approve", "no_gain")).toBe(false);
});

test("the derived lists hold each state once, in the group that pages show it in", () => {
  expect([...OPEN_STATES].sort()).toEqual(["pending", "proving"]);
  expect([...EFFECTIVE_STATES].sort()).toEqual(["approved", "executed", "executing", "verified"]);
  const all = [...OPEN_STATES, ...EFFECTIVE_STATES, ...CLOSED_STATES];
  expect(all.sort()).toEqual([...SuggestionState.options].sort());
});

test("a suggestion is final when nothing more happens to it by itself", () => {
  const final = SuggestionState.options.filter((state) => isFinal("suggestion", state));
  expect(final.sort()).toEqual(
    [
      ...["cancelled", "expired", "failed", "no_gain"],
      ...["rejected", "reverted", "superseded", "verified"],
    ].sort(),
  );
});

test("what was never approved is never executed", () => {
  for (const state of UNAPPROVED_STATES) {
    expect(allows("suggestion", "execute", state)).toBe(false);
  }
  expect([...UNAPPROVED_STATES].sort()).toEqual([
    "cancelled",
    "expired",
    "no_gain",
    "pending",
    "proving",
    "rejected",
  ]);
});

test("the pages of architecture and cooperation show every transition, and no other", async () => {
  const pages = await Promise.all(
    ["docs/ARCHITECTURE.md", "docs/cooperation.md"].map((page) => readFile(page, "utf8")),
  );
  const cells = (line: string) => line.split("|").map((cell) => cell.trim().replaceAll("`", ""));
  const shown = pages
    .flatMap((page) => page.split("\n"))
    .filter((line) => /^\| (suggestion|operation|conversation|message) +\|/.test(line))
    .map((line) => cells(line).slice(1, -1));
  const allowed = Object.entries(TRANSITIONS).flatMap(([entity, table]) =>
    Object.values(table).map(({ from, to, action }) => [entity, from.join(", "), to, action]),
  );
  expect(shown).toEqual(allowed);
});
