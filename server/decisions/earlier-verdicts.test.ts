import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { suggestionItems, suggestions } from "@/drizzle/schema";
import { makeVerdict, type SuggestionState, type VerdictCode } from "@/server/contracts";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { loadEarlierVerdicts } from "./earlier-proofs";
import { indexOn, storeSuggestion } from "./testing/fixtures";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** A proof that ended in `state` with these verdicts, by column, `day` days after the first. */
async function storeProof(
  state: SuggestionState,
  codes: Record<string, VerdictCode>,
  {
    day,
    ...asked
  }: {
    day: number;
    question: number;
    seconds?: number;
    productId?: string;
    schemaFingerprint?: string;
  },
): Promise<string> {
  const { question, seconds, ...rest } = asked;
  const candidates = Object.keys(codes).map(indexOn);
  const context = {
    table_name: `t${question}`,
    ...(seconds === undefined ? {} : { budget_seconds: seconds }),
  };
  const { id, itemIds } = await storeSuggestion(database.db, {
    state,
    candidates,
    context,
    ...rest,
  });
  for (const [at, code] of Object.values(codes).entries()) {
    const verdict = makeVerdict(code, "Made by a test");
    await database.db
      .update(suggestionItems)
      .set({ verdict, role: code === "passed" ? "suggested" : "alternative" })
      .where(eq(suggestionItems.id, itemIds[at] ?? ""));
  }
  const createdAt = new Date(Date.UTC(2026, 0, 1 + day));
  await database.db.update(suggestions).set({ createdAt }).where(eq(suggestions.id, id));
  return id;
}

async function earlier(question: number, schemaFingerprint = "schema-1") {
  const suggestionId = await storeProof("proving", {}, { day: 9, question });
  const verdicts = await loadEarlierVerdicts(database.db, { suggestionId, schemaFingerprint });
  return Object.fromEntries([...verdicts].map(([id, verdict]) => [id.split(":").at(-1), verdict]));
}

test("the first proof of a question knows nothing", async () => {
  await storeProof("pending", { status: "passed" }, { day: 1, question: 1 });
  expect(await earlier(2)).toEqual({});
});

test("a proof knows what the last one measured, not what it had no time for", async () => {
  const codes = { status: "slower", name: "passed", year: "redundant_in_set" } as const;
  await storeProof("rejected", { status: "passed" }, { day: 1, question: 3 });
  await storeProof("superseded", { ...codes, date: "not_reached" }, { day: 2, question: 3 });
  await storeProof("failed", {}, { day: 3, question: 3 });
  expect(await earlier(3)).toEqual({ status: "rejected", name: "suggested", year: "rejected" });
});

test("how much time was given is no part of the question", async () => {
  await storeProof("pending", { status: "passed" }, { day: 1, question: 7, seconds: 30 });
  expect(await earlier(7)).toEqual({ status: "suggested" });
});

test("a proof that was cancelled says nothing, and hides no earlier one", async () => {
  await storeProof("pending", { status: "passed" }, { day: 1, question: 8 });
  await storeProof("cancelled", {}, { day: 2, question: 8 });
  expect(await earlier(8)).toEqual({ status: "suggested" });
});

test("neither another product's proof nor one of another schema counts", async () => {
  await storeProof("pending", { status: "passed" }, { day: 1, question: 4, productId: "other" });
  await storeProof(
    "pending",
    { status: "passed" },
    { day: 1, question: 4, schemaFingerprint: "s" },
  );
  expect(await earlier(4)).toEqual({});
  expect(await earlier(4, "s")).toEqual({ status: "suggested" });
});
