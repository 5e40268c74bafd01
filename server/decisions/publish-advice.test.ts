import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { auditEvents } from "@/drizzle/schema";
import {
  type Candidate,
  makeVerdict,
  type ProofResult,
  type ProvedCandidate,
  type VerdictCode,
} from "@/server/contracts";
import { AppError } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { approveSuggestion } from "./approve-suggestion";
import { failProof, publishAdvice } from "./publish-advice";
import { getSuggestion } from "./read-suggestions";
import { ACTORS, contextOf, emptySchema, indexOn, storeSuggestion } from "./testing/fixtures";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const [status, name] = [indexOn("status"), indexOn("project_name")];
const ctx = () => contextOf(database.db, ACTORS.reviewer);
const proved = (one: Candidate, code: VerdictCode): ProvedCandidate => ({
  candidate: one,
  verdict: makeVerdict(code, "Made by a test"),
  evidence: null,
});
const nothing: ProofResult = {
  accepted: [],
  alternatives: [],
  set_evidence: null,
  sets: [],
  findings: [],
};
const schema = emptySchema({ data_version: "data-2" });
const read = (id: string) =>
  getSuggestion({ ctx: contextOf(database.db, ACTORS.viewer), input: { suggestion_id: id } });

/** The open advice on a question, after a newer proof of the same one ended with `result`. */
async function afterNewerProof(question: number, result: Partial<ProofResult>) {
  const context = { table_name: `t${question}` };
  const older = await storeSuggestion(database.db, {
    state: "pending",
    context,
    candidates: [status, name],
  });
  const newer = await storeSuggestion(database.db, { state: "proving", context });
  await publishAdvice({
    ctx: contextOf(database.db, ACTORS.reviewer),
    input: {
      suggestionId: newer.id,
      schema,
      result: {
        ...nothing,
        ...result,
      },
      isComplete: true,
      note: null,
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

/** A suggestion in state `proving`, and what its proof says of it from time to time. */
async function startProof() {
  const { id } = await storeSuggestion(database.db, { state: "proving" });
  const say = (
    result: Partial<ProofResult>,
    update: { isComplete?: boolean; note?: string } = {},
  ) => {
    const { isComplete = false, note = null } = update;
    const input = { suggestionId: id, schema, result: { ...nothing, ...result }, isComplete, note };
    return publishAdvice({ ctx: ctx(), input });
  };
  const actions = async () => {
    const rows = await database.db
      .select({ action: auditEvents.action, after: auditEvents.after })
      .from(auditEvents)
      .where(eq(auditEvents.subjectId, id))
      .orderBy(auditEvents.id);
    return rows.map((row) => row.action);
  };
  return { id, say, actions };
}

const first = { accepted: [proved(status, "passed")], alternatives: [proved(name, "not_reached")] };
const better = { accepted: [proved(status, "passed"), proved(name, "passed")] };

test("the first advice is published while the search goes on, and a better one replaces it", async () => {
  const proof = await startProof();
  expect(await proof.say(first)).toBe("continue");
  const published = await read(proof.id);
  expect(published).toMatchObject({
    state: "pending",
    search: { is_running: true, revision: 0, revision_note: null, untested_count: 1 },
  });
  const note = "One more change was found.";
  expect(await proof.say(better, { note, isComplete: true })).toBe("stop");
  const improved = await read(proof.id);
  expect(improved).toMatchObject({
    state: "pending",
    search: { is_running: false, revision: 1, revision_note: note, untested_count: 0 },
  });
  expect(improved.suggestions.map((item) => item.candidate_id)).toEqual([
    status.candidate_id,
    name.candidate_id,
  ]);
  expect(improved.suggestions[0]?.item_id).toBe(published.suggestions[0]?.item_id);
  expect(await proof.actions()).toEqual(["suggestion.prove", "suggestion.improve"]);
});

test("a search that ends with the same advice is no revision", async () => {
  const proof = await startProof();
  await proof.say(first);
  const alternatives = [proved(name, "slower")];
  expect(await proof.say({ ...first, alternatives }, { isComplete: true })).toBe("stop");
  expect(await read(proof.id)).toMatchObject({
    search: { is_running: false, revision: 0, untested_count: 0 },
    alternatives: [{ verdict: { code: "slower" } }],
  });
  expect(await proof.actions()).toEqual(["suggestion.prove"]);
});

test("a search that finds something after all turns `no_gain` into advice", async () => {
  const proof = await startProof();
  await proof.say({ alternatives: first.alternatives });
  expect((await read(proof.id)).state).toBe("no_gain");
  await proof.say({ alternatives: [proved(name, "slower")] });
  expect(await proof.actions()).toEqual(["suggestion.prove"]);
  await proof.say(better, { note: "Found later." });
  const found = await read(proof.id);
  expect(found.state).toBe("pending");
  expect(found.expires_at).not.toBeNull();
  expect(await proof.actions()).toEqual(["suggestion.prove", "suggestion.advise_later"]);
});

test("advice that a later measurement does not bear out is withdrawn", async () => {
  const proof = await startProof();
  await proof.say(first);
  await proof.say({ alternatives: [proved(status, "slower")] }, { note: "It was noise." });
  expect(await read(proof.id)).toMatchObject({
    state: "no_gain",
    suggestions: [],
    expires_at: null,
  });
  expect(await proof.actions()).toEqual(["suggestion.prove", "suggestion.withdraw"]);
});

test("what somebody has decided is not touched any more, and the search is told to stop", async () => {
  const proof = await startProof();
  await proof.say(first);
  await approveSuggestion({ ctx: ctx(), input: { suggestion_id: proof.id, reason: "" } });
  expect(await proof.say(better, { note: "Too late." })).toBe("stop");
  const after = await read(proof.id);
  expect(after).toMatchObject({ state: "approved", search: { is_running: false, revision: 0 } });
  expect(after.suggestions.map((item) => item.is_approved)).toEqual([true]);
});

test("of a decision and a revision at the same time, the reviewer approves what was read or nothing", async () => {
  for (let round = 0; round < 10; round++) {
    const proof = await startProof();
    await proof.say(first);
    const [decided] = await Promise.allSettled([
      approveSuggestion({
        ctx: ctx(),
        input: { suggestion_id: proof.id, reason: "", revision: 0 },
      }),
      proof.say(better, { note: "Better." }),
    ]);
    const { state, suggestions: items } = await read(proof.id);
    if (decided.status === "fulfilled") {
      expect([state, items.length]).toEqual(["approved", 1]);
    } else {
      expect(decided.reason).toMatchObject({ code: "conflict", details: { revision: 1 } });
      expect([state, items.length]).toEqual(["pending", 2]);
    }
  }
});

test("a worker that lost its suggestion stores nothing", async () => {
  const proof = await startProof();
  await proof.say(first, { isComplete: true });
  expect(await proof.say(better, { note: "From a stale worker." })).toBe("stop");
  expect((await read(proof.id)).suggestions).toHaveLength(1);
});

test("a proof that fails after its first advice keeps it and ends the search", async () => {
  const proof = await startProof();
  await proof.say(first);
  const error = new AppError("product_unreachable", "Gone.");
  await failProof({ ctx: ctx(), input: { suggestionId: proof.id, error } });
  expect(await read(proof.id)).toMatchObject({
    state: "pending",
    error: null,
    search: { is_running: false, revision_note: "The search ended: Gone." },
  });
});
