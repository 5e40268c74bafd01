import { expect, it } from "vitest";
import type { Change } from "@/server/contracts";
import { isExpected } from "./consider";
import type { Search } from "./search";
import type { SetMember } from "./set-member";

const TABLE = "projects";
const index: Change = { kind: "add_index", table: TABLE, column: "project_name" };
const order = (key: string): Change => ({ kind: "cluster_table", table: TABLE, keys: [key] });

/** A change by what it gains of each query alone. */
function member(change: Change, gains: Record<string, number>): SetMember {
  const queries = Object.entries(gains).map(([fingerprint, value]) => ({
    fingerprint,
    gain: { value, low: value, high: value },
  }));
  const candidate = { candidate_id: JSON.stringify(change), change };
  return { candidate, evidence: { queries } } as unknown as SetMember;
}

/** Look-ups by name take a fifth of the time, ranges of dates the rest. */
function searchOf(chosen: SetMember[]): Search {
  const replay = (fingerprint: string, baselineMs: number) => ({
    baselineMs,
    query: { pattern: { fingerprint, calls: 1 } },
  });
  return {
    proof: {
      replays: [replay("by-name", 20), replay("by-date", 80)],
      input: { gainMin: 0.1, earlier: new Map() },
    },
    current: { members: chosen },
  } as unknown as Search;
}

const byName = member(order("project_name"), { "by-name": 0.75 });
const byDate = member(order("creation_date"), { "by-date": 0.8 });

it("expects little of an order by a column that a chosen index serves, much of another one", () => {
  const search = searchOf([member(index, { "by-name": 0.9 })]);
  expect(isExpected(search, byName)).toBe(false);
  expect(isExpected(search, byDate)).toBe(true);
  expect(isExpected(searchOf([]), byName)).toBe(true);
});

it("expects nothing of an exchange of two that are nearly the same, much of one for the better", () => {
  const alike = member(order("last_updated"), { "by-date": 0.805 });
  expect(isExpected(searchOf([byDate]), alike, 0.5)).toBe(false);
  expect(isExpected(searchOf([byName]), byDate, 0.5)).toBe(true);
});
