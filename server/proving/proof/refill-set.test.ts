import { expect, it } from "vitest";
import { evidenceOf, queryEvidenceOf } from "@/server/decisions/testing/evidence";
import { refillSet } from "./refill-set";
import type { Search } from "./search";
import type { SetMember, Standing } from "./set-member";

function member(standing: Standing): SetMember {
  const evidence = evidenceOf([queryEvidenceOf("f", 0.5)]);
  return { standing, evidence, subject: { file: "" }, inserts: [] } as unknown as SetMember;
}

/** A search whose time is over: whatever it tried to measure would fail for want of a product. */
function searchOf(members: SetMember[], current: SetMember[], harmful: SetMember[]): Search {
  return {
    ...{ members, harmful: new Set(harmful), verdicts: new Map() },
    current: { members: current },
    proof: { clock: { elapsedMs: () => 2, endMs: 1, deadlineMs: 1 } },
  } as unknown as Search;
}

it("begins anew with what pays alone and did no harm, when nothing is left of the set", async () => {
  const [harmful, beside, alone] = [member("alone"), member("beside"), member("alone")];
  const search = searchOf([harmful, beside, alone], [], [harmful]);
  await refillSet(search);
  expect(search.current.members).toEqual([alone]);
  expect(search.current.gain.value).toBeCloseTo(0.5);
});

it("leaves an empty set where nothing else pays alone, and any set once the time is over", async () => {
  const [harmful, beside, alone] = [member("alone"), member("beside"), member("alone")];
  const nothing = searchOf([harmful, beside], [], [harmful]);
  await refillSet(nothing);
  expect(nothing.current.members).toEqual([]);
  const late = searchOf([harmful, alone, beside], [beside], [harmful]);
  await refillSet(late);
  expect(late.current.members).toEqual([beside]);
});
