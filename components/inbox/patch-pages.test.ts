import { expect, test } from "vitest";
import type { SuggestionSummary } from "@/server/contracts";
import { type ListPages, patchPages } from "./patch-pages";

const row = (id: string, gain: number | null, day = 1): SuggestionSummary =>
  ({
    suggestion_id: id,
    workload_gain: gain === null ? null : { value: gain, low: gain, high: gain },
    created_at: `2026-01-0${day}T00:00:00.000Z`,
    expires_at: null,
    state: "pending",
  }) as SuggestionSummary;

const list = (next: string | null, ...pages: SuggestionSummary[][]): ListPages => ({
  pages: pages.map((items, index) => ({
    items,
    next_cursor: index === pages.length - 1 ? next : "more",
  })),
  pageParams: pages.map(() => null),
});
const [a, b, c] = [row("a", 0.9), row("b", 0.5), row("c", null)];
const idsOf = ({ pages }: ListPages) =>
  pages.map(({ items }) => items.map((each) => each.suggestion_id));
const patch = (before: ListPages, changed: string[], ...fresh: SuggestionSummary[]) =>
  patchPages(before, new Set(changed), fresh, "impact");

test("a changed row is shown as it is now, in its place", () => {
  const after = patch(list("x", [a, b], [c]), ["b"], { ...b, state: "approved" });
  expect(idsOf(after)).toEqual([["a"], ["b", "c"]]);
  expect(after.pages[1]?.items[0]?.state).toBe("approved");
});

test("what is no longer in the list leaves it", () => {
  expect(idsOf(patch(list("x", [a, b], [c]), ["a", "unknown"]))).toEqual([["b"], ["c"]]);
});

test("a new row comes where the order has it, of equals the newer first", () => {
  const after = patch(list("x", [a, b], [c]), ["d", "e"], row("d", 0.7), row("e", null, 2));
  expect(idsOf(after)).toEqual([
    ["a", "d", "b"],
    ["e", "c"],
  ]);
});

test("what belongs below what was read waits for its page, unless there is none", () => {
  const late = row("d", 0.1);
  expect(idsOf(patch(list("x", [a, b]), ["d"], late))).toEqual([["a", "b"]]);
  expect(idsOf(patch(list(null, [a, b]), ["d"], late))).toEqual([["a", "b", "d"]]);
});

test("the list before is left as it was", () => {
  const before = list("x", [a, b]);
  patch(before, ["a"], row("d", 0.7));
  expect(idsOf(before)).toEqual([["a", "b"]]);
});
