import { expect, it } from "vitest";
import { evidenceOf, queryEvidenceOf } from "@/server/decisions/testing/evidence";
import { candidate } from "../testing/candidates";
import { findHarmful } from "./apply-confirmation";
import type { Member } from "./state";

/** A member that alone changed queries by so much: negative is slower. */
function member(id: string, gains: Record<string, number>, isText = false): Member {
  const evidence = evidenceOf(
    Object.entries(gains).map(([name, gain]) => queryEvidenceOf(name, gain)),
  );
  const rewrites = Object.keys(gains).map((fingerprint) => ({ fingerprint, sql: "SELECT 1" }));
  const change = isText
    ? ({ kind: "rewrite_query", table: "projects", rule: "top_n", rewrites } as const)
    : ({ kind: "add_index", table: "projects", column: id } as const);
  const made = candidate({ ...change }, Object.keys(gains), []);
  const verdict = { code: "passed", is_accepted: true, reason: "", basis: "measured" } as const;
  return { id, role: "standalone", candidate: made, verdict, evidence, inserts: [] };
}

const order = member("order", { range: 0.7, lookup: -0.04 });
const index = member("index", { other: 0.9 });
const harm = evidenceOf([queryEvidenceOf("range", 0.7), queryEvidenceOf("lookup", -0.09)]);
const state = { besideOthers: new Map() };

it("names the change that did most to the query that loses", () => {
  expect(findHarmful(state, [order, index], harm)).toBe(order);
});
it("names the last one where none did anything, or nothing was measured", () => {
  const second = member("second", { another: 0.5 });
  expect(findHarmful(state, [second, index], harm)).toBe(index);
  expect(findHarmful(state, [order, index], null)).toBe(index);
});
it("names a text of that query before a change of its table", () => {
  const text = member("text", { lookup: 0 }, true);
  expect(findHarmful(state, [order, text, index], harm)).toBe(text);
});
