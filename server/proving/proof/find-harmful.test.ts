import { expect, it } from "vitest";
import { evidenceOf, queryEvidenceOf } from "@/server/decisions/testing/evidence";
import { findHarmful } from "./find-harmful";
import type { ChosenSet, SetMember } from "./set-member";

/** A member that alone changed queries by so much: negative is slower. */
function member(gains: Record<string, number>): SetMember {
  const queries = Object.entries(gains).map(([name, gain]) => queryEvidenceOf(name, gain));
  return { standing: "alone", evidence: evidenceOf(queries) } as unknown as SetMember;
}

const order = member({ range: 0.7, lookup: -0.04 });
const index = member({ other: 0.9 });
const summary = member({ grouped: 0.8, lookup: 0 });
const search = (...members: SetMember[]) => ({
  current: { members } as unknown as ChosenSet,
  beside: new Map(),
});
const harm = evidenceOf([queryEvidenceOf("range", 0.7), queryEvidenceOf("lookup", -0.09)]);

it("is the member that slows the query which the set slows, wherever it stands", () => {
  expect(findHarmful(search(order, index, summary), harm)).toBe(order);
  expect(findHarmful(search(index, summary, order), harm)).toBe(order);
});

it("is the last where no member did anything to that query, or nothing was measured", () => {
  expect(findHarmful(search(index, summary), harm)).toBe(summary);
  expect(findHarmful(search(order, index), null)).toBe(index);
});

it("is the one that did it where it was added, when that was measured", () => {
  const beside = new Map([[index, evidenceOf([queryEvidenceOf("lookup", -0.2)])]]);
  expect(findHarmful({ ...search(order, index, summary), beside }, harm)).toBe(index);
});
