import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type Candidate,
  makeVerdict,
  type ProofResult,
  type ProvedCandidate,
  type VerdictCode,
} from "@/server/contracts";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { finishProof } from "./finish-proof";
import { getSuggestion } from "./get-suggestion";
import { ACTORS, contextOf, emptySchema, indexOn, storeSuggestion } from "./testing/fixtures";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const [status, name] = [indexOn("status"), indexOn("project_name")];
const proved = (one: Candidate, code: VerdictCode): ProvedCandidate => ({
  candidate: one,
  verdict: makeVerdict(code, "Made by a test"),
  evidence: null,
});
const schema = emptySchema({ data_version: "data-2" });
const read = (id: string) =>
  getSuggestion({ ctx: contextOf(database.db, ACTORS.viewer), input: { suggestion_id: id } });

/** The open advice on a question, after a newer proof of the same one ended with `result`. */
async function afterNewerProof(seconds: number, result: Partial<ProofResult>) {
  const context = { budget_seconds: seconds };
  const older = await storeSuggestion(database.db, {
    state: "pending",
    context,
    candidates: [status, name],
  });
  const newer = await storeSuggestion(database.db, { state: "proving", context });
  await finishProof(contextOf(database.db, ACTORS.reviewer), {
    suggestionId: newer.id,
    schema,
    result: {
      accepted: [],
      alternatives: [],
      set_evidence: null,
      sets: [],
      findings: [],
      ...result,
    },
  });
  return { older: await read(older.id), newer: await read(newer.id) };
}

test("advice that a newer proof measured and rejected does not stay open, and says what replaced it", async () => {
  const { older, newer } = await afterNewerProof(1, {
    alternatives: [proved(name, "slower"), proved(status, "interval_includes_zero")],
  });
  expect(newer.state).toBe("no_gain");
  expect(older).toMatchObject({
    state: "superseded",
    superseded_by: newer.suggestion_id,
    note: `A newer proof of the same question, ${newer.suggestion_id}, has taken its place.`,
  });
});

test.each<VerdictCode>(["not_reached", "not_measurable", "failed_to_apply"])(
  "advice of which the newer proof says %s of one change stays open",
  async (code) => {
    const { older } = await afterNewerProof(2, {
      alternatives: [proved(name, "slower"), proved(status, code)],
    });
    expect(older).toMatchObject({ state: "pending", superseded_by: null });
  },
);

test("advice of which the newer proof did not hear stays open", async () => {
  const { older } = await afterNewerProof(3, { alternatives: [proved(name, "slower")] });
  expect(older.state).toBe("pending");
});

test("a newer proof with advice takes the place of the older one, whatever it measured", async () => {
  const { older, newer } = await afterNewerProof(4, { accepted: [proved(status, "passed")] });
  expect(newer.state).toBe("pending");
  expect(older).toMatchObject({ state: "superseded", superseded_by: newer.suggestion_id });
});
