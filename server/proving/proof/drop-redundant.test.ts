import { expect, it } from "vitest";
import { evidenceOf, queryEvidenceOf } from "@/server/decisions/testing/evidence";
import { dropRedundant } from "./drop-redundant";
import type { Search } from "./search";
import type { SetMember } from "./set-member";

/** A member of the set, as far as it is asked who it is, what it took and which queries it is meant for. */
function member(standing: SetMember["standing"]): SetMember {
  const candidate = { change: { table: "projects" } };
  const evidence = evidenceOf([queryEvidenceOf("f", 0.5)]);
  return {
    ...{ standing, candidate, evidence },
    subject: { targeted: new Set(["f"]) },
  } as unknown as SetMember;
}

it("never leaves by itself what pays only beside others", async () => {
  const members = [member("alone"), member("beside")];
  // Nothing can be built or measured: whoever tried to would fail, and the change would stay too.
  const problems: string[] = [];
  const search = {
    current: { members },
    harmful: new Set(),
    proof: {
      clock: { elapsedMs: () => 0, endMs: 1, deadlineMs: 600_000 },
      input: { signal: new AbortController().signal },
      progress: { report: (_: string, __: number, message: string) => problems.push(message) },
    },
  } as unknown as Search;
  await dropRedundant(search);
  expect(search.current.members).toEqual(members);
  expect(problems).toEqual([]);
});
