import { expect, it } from "vitest";
import type { Verdict } from "@/server/contracts";
import { evidenceOf, queryEvidenceOf } from "@/server/decisions/testing/evidence";
import { rejection } from "../judge";
import type { Search } from "./search";
import { aloneSet, type SetMember, type Standing } from "./set-member";
import { takeBestAlone } from "./take-best-alone";

function member(gain: number, standing: Standing = "alone"): SetMember {
  const evidence = evidenceOf([queryEvidenceOf("f", gain)]);
  const candidate = { title: `gains ${gain}` };
  return { standing, evidence, candidate, inserts: [] } as unknown as SetMember;
}

const index = member(0.2);
const order = member(0.6);

function searchOf(others: [SetMember, Verdict["code"]][]): Search {
  const verdicts = new Map(others.map(([one, code]) => [one, rejection(code, "Because.")]));
  const members = [index, ...others.map(([one]) => one)];
  return { current: aloneSet(index), members, verdicts } as unknown as Search;
}

it("is suggested instead of the first, which says why it is not", () => {
  const search = searchOf([
    [member(0.4), "not_reached"],
    [order, "not_reached"],
  ]);
  takeBestAlone(search);
  expect(search.current.members).toEqual([order]);
  expect(search.verdicts.has(order)).toBe(false);
  expect(search.verdicts.get(index)?.reason).toMatch(/beside “gains 0.6”, which alone gains more/);
});

it.each([
  ["was measured beside it", order, "redundant_in_set"],
  ["gains no more for sure", member(0.2), "not_reached"],
  ["pays only beside others", member(0.6, "beside"), "not_reached"],
] as const)("leaves the set where the other %s", (_, other, code) => {
  const search = searchOf([[other, code]]);
  takeBestAlone(search);
  expect(search.current.members).toEqual([index]);
});
