import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { auditEvents, suggestions, users } from "@/drizzle/schema";
import type { Actor, ListSuggestions, Role } from "@/server/contracts";
import type { ServiceContext } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { countSuggestions, listSuggestions } from "../read-suggestions";
import { evidenceOf, queryEvidenceOf } from "../testing/evidence";
import { ACTORS, candidateOf, contextOf, indexOn, storeSuggestion } from "../testing/fixtures";
import {
  addComment,
  assignSuggestion,
  changeSuggestions,
  claimSuggestion,
  deleteView,
  listColleagues,
  listComments,
  listSavedViews,
  markSuggestion,
  releaseSuggestion,
  saveView,
  snoozeSuggestion,
} from ".";
import { refreshListing } from "./refresh-listing";

let database: TestDatabase;
let ada: Actor;
let bob: Actor;
let eve: Actor;
beforeAll(async () => {
  database = await createTestDatabase();
  ada = await person("ada@test", ["reviewer"]);
  bob = await person("bob@test", ["reviewer"]);
  eve = await person("eve@test", ["viewer"]);
});
afterAll(() => database.drop());

async function person(email: string, roles: Role[]): Promise<Actor> {
  const [row] = await database.db
    .insert(users)
    .values({ email, name: email, passwordHash: "-", roles })
    .returning({ id: users.id });
  if (row === undefined) throw new Error("no user was stored");
  return { kind: "user", id: row.id, label: email, roles };
}

const as = (actor: Actor, now?: Date): ServiceContext => {
  const ctx = contextOf(database.db, actor);
  return now === undefined ? ctx : { ...ctx, clock: { ...ctx.clock, now: () => now } };
};

/** A pending suggestion of an index on `column`, as a proof leaves it; without a gain: an estimate. */
async function pending(column: string, gain?: number): Promise<string> {
  const { id } = await storeSuggestion(database.db, {
    state: "pending",
    candidates: [indexOn(column)],
    ...(gain !== undefined && { evidence: [evidenceOf([queryEvidenceOf("q", gain)])] }),
  });
  if (gain === undefined) {
    await database.db.update(suggestions).set({ basis: "estimate" }).where(eq(suggestions.id, id));
  }
  await database.db.transaction((tx) => refreshListing(tx, id));
  return id;
}
const auditOf = async (id: string) => {
  const rows = await database.db.select().from(auditEvents).where(eq(auditEvents.subjectId, id));
  return rows.map(({ action }) => action);
};
const list = async (actor: Actor, input: Partial<ListSuggestions>, now?: Date) => {
  const page = await listSuggestions({ ctx: as(actor, now), input: { limit: 50, ...input } });
  return page.items.map((item) => item.suggestion_id);
};

describe("what a list is narrowed to and ordered by", () => {
  let ids: Record<"small" | "large" | "estimate", string>;
  beforeAll(async () => {
    ids = {
      small: await pending("order_total", 0.1),
      large: await pending("größe", 0.6),
      estimate: await pending("status"),
    };
  });

  test("by impact: measured gains first, the largest on top, estimates below", async () => {
    expect(await list(ada, { sort: "impact" })).toEqual([ids.large, ids.small, ids.estimate]);
  });

  test("of some ids, those that the rest of the filter leaves", async () => {
    const some = [ids.small, ids.estimate, "sugg-nowhere00000"];
    expect(await list(ada, { ids: some, basis: "measured" })).toEqual([ids.small]);
    expect(await list(ada, { ids: [] })).toEqual([]);
  });

  test("counted no further than asked, each filter by itself", async () => {
    const filters = [{}, { basis: "estimate" as const }, { search: "nowhere" }];
    expect(await countSuggestions({ ctx: as(ada), input: { filters, count_max: 2 } })).toEqual([
      { count: 2, is_more: true },
      { count: 1, is_more: false },
      { count: 0, is_more: false },
    ]);
  });

  test("pages of an order go on after the last row", async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listSuggestions({
        ctx: as(ada),
        input: { sort: "impact", limit: 1, ...(cursor ? { cursor } : {}) },
      });
      seen.push(...page.items.map((item) => item.suggestion_id));
      cursor = page.next_cursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual([ids.large, ids.small, ids.estimate]);
    const page = await listSuggestions({ ctx: as(ada), input: { sort: "expiry", limit: 2 } });
    const { next_cursor: next } = page;
    expect(await list(ada, { sort: "expiry", cursor: next ?? "" })).toHaveLength(1);
  });

  test.each([
    ["a part of a name", "total", "small"],
    ["two words of it", "order tot", "small"],
    ["letters beyond ASCII, in capitals", "GRÖSSE", undefined],
    ["letters beyond ASCII", "größ", "large"],
    ["what is in no text", "nowhere", undefined],
    ["an operator of the search language", "total & !order", "small"],
    ["nothing but punctuation", "'--", undefined],
  ] as const)("searched by %s", async (_, search, found) => {
    expect(await list(ada, { search })).toEqual(found === undefined ? [] : [ids[found]]);
  });

  test("by basis, kind and risk", async () => {
    expect(await list(ada, { basis: "estimate" })).toEqual([ids.estimate]);
    expect(await list(ada, { kind: ["drop_index"] })).toEqual([]);
    expect(await list(ada, { kind: ["add_index"] })).toHaveLength(3);
    expect(await list(ada, { risk: ["low", "medium", "high"] })).toHaveLength(3);
  });

  test("what is read is unread again after a comment", async () => {
    await markSuggestion({ ctx: as(ada), input: { suggestion_id: ids.small, is_read: true } });
    expect(await list(ada, { is_unread: true })).not.toContain(ids.small);
    expect(await list(bob, { is_unread: true })).toContain(ids.small);
    const input = { suggestion_id: ids.small, body: "Is this safe?", mentions: [] };
    await addComment({ ctx: as(bob, new Date(Date.now() + 5000)), input });
    expect(await list(ada, { is_unread: true })).toContain(ids.small);
  });

  test("one's own comment makes nothing unread for oneself", async () => {
    const suggestion_id = ids.estimate;
    await markSuggestion({ ctx: as(ada), input: { suggestion_id, is_read: true } });
    const input = { suggestion_id, body: "I look into it.", mentions: [] };
    await addComment({ ctx: as(ada, new Date(Date.now() + 5000)), input });
    const { items } = await listSuggestions({ ctx: as(ada), input: { limit: 50 } });
    const row = items.find((item) => item.suggestion_id === suggestion_id);
    expect(row?.triage).toMatchObject({ comment_count: 1, is_unread: false });
    expect(await list(ada, { is_unread: true })).not.toContain(suggestion_id);
    expect(await list(bob, { is_unread: true })).toContain(suggestion_id);
  });

  test("a snooze hides it from one person, for its time", async () => {
    const until = new Date(Date.now() + 3_600_000).toISOString();
    await snoozeSuggestion({ ctx: as(ada), input: { suggestion_id: ids.large, until } });
    expect(await list(ada, { is_snoozed: false })).not.toContain(ids.large);
    expect(await list(ada, { is_snoozed: true })).toEqual([ids.large]);
    expect(await list(bob, { is_snoozed: false })).toContain(ids.large);
    const later = new Date(Date.now() + 7_200_000);
    expect(await list(ada, { is_snoozed: false }, later)).toContain(ids.large);
  });

  test("a machine has no inbox", async () => {
    await expect(list(ACTORS.product, { is_unread: true })).rejects.toMatchObject({
      code: "forbidden",
    });
  });
});

describe("sharing out", () => {
  let id: string;
  beforeEach(async () => {
    id = await pending("status", 0.3);
  });

  test("an assignment is stored once with its audit row, and found by it", async () => {
    const input = { suggestion_id: id, assignee_id: bob.id };
    const triage = await assignSuggestion({ ctx: as(ada), input });
    await assignSuggestion({ ctx: as(ada), input });
    expect(triage.assignee).toEqual({ id: bob.id, label: "bob@test" });
    expect(await auditOf(id)).toEqual(["suggestion.assign"]);
    expect(await list(bob, { assignee: "me" })).toEqual([id]);
    expect(await list(ada, { assignee: bob.id })).toEqual([id]);
    expect(await list(ada, { assignee: "nobody" })).not.toContain(id);
  });

  test("nobody is given what they may not decide on, and a viewer gives nothing", async () => {
    const assign = (actor: Actor, assignee_id: string) =>
      assignSuggestion({ ctx: as(actor), input: { suggestion_id: id, assignee_id } });
    await expect(assign(ada, eve.id)).rejects.toMatchObject({ code: "invalid_input" });
    await expect(assign(eve, bob.id)).rejects.toMatchObject({ code: "forbidden" });
    expect(await auditOf(id)).toEqual([]);
  });

  test("of two claims at once one holds, until it ends or is taken over", async () => {
    const claim = (actor: Actor, takes_over = false, now?: Date) =>
      claimSuggestion({ ctx: as(actor, now), input: { suggestion_id: id, takes_over } });
    const both = await Promise.allSettled([claim(ada), claim(bob)]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const [first, second] = both[0]?.status === "fulfilled" ? [ada, bob] : [bob, ada];
    await expect(claim(second)).rejects.toMatchObject({
      code: "conflict",
      details: { claimed_by: first.label },
    });
    await releaseSuggestion({ ctx: as(second), input: { suggestion_id: id } });
    await expect(claim(second)).rejects.toMatchObject({ code: "conflict" });
    expect((await claim(second, true)).claim?.by.id).toBe(second.id);
    const afterwards = new Date(Date.now() + 31 * 60_000);
    expect((await claim(first, false, afterwards)).claim?.by.id).toBe(first.id);
    expect(await auditOf(id)).toEqual(Array(3).fill("suggestion.claim"));
  });

  test("comments keep their order and whom they mention; strangers are refused", async () => {
    const say = (actor: Actor, body: string, mentions: string[] = []) =>
      addComment({ ctx: as(actor), input: { suggestion_id: id, body, mentions } });
    await say(ada, "What of the nightly load?", [bob.id]);
    await say(eve, "It runs at two.");
    const said = await listComments({ ctx: as(bob), input: { suggestion_id: id } });
    expect(said.map(({ by, body }) => [by.label, body])).toEqual([
      ["ada@test", "What of the nightly load?"],
      ["eve@test", "It runs at two."],
    ]);
    expect(said[0]?.mentions).toEqual([{ id: bob.id, label: "bob@test" }]);
    const stranger = "00000000-0000-4000-8000-000000000000";
    await expect(say(ada, "@", [stranger])).rejects.toMatchObject({ code: "invalid_input" });
    const unknown = { suggestion_id: "sugg-nowhere00000" };
    const nowhere = listComments({ ctx: as(bob), input: unknown });
    await expect(nowhere).rejects.toMatchObject({ code: "not_found" });
    await expect(say(ACTORS.product, "hello")).rejects.toMatchObject({ code: "forbidden" });
    expect(await auditOf(id)).toEqual(["suggestion.comment", "suggestion.comment"]);
  });

  test("many at once: each by itself, with the reason of what failed", async () => {
    const other = await pending("status", 0.2);
    const reject = {
      kind: "reject" as const,
      reason_code: "other" as const,
      reason: "not this quarter",
    };
    const input = { suggestion_ids: [id, "sugg-nowhere00000", other], action: reject };
    const results = await changeSuggestions({ ctx: as(ada), input });
    expect(results.map(({ error }) => error?.code ?? null)).toEqual([null, "not_found", null]);
    expect(await list(ada, { state: ["rejected"] })).toEqual(expect.arrayContaining([id, other]));
    const asViewer = await changeSuggestions({
      ctx: as(eve),
      input: { suggestion_ids: [id], action: { kind: "approve", reason: "" } },
    });
    expect(asViewer[0]?.error?.code).toBe("forbidden");
  });
});

test("people who can sign in are offered as colleagues, with whether they may decide", async () => {
  const found = (await listColleagues({ ctx: as(eve) })).map(({ label, can_decide }) => [
    label,
    can_decide,
  ]);
  expect(found).toEqual(
    expect.arrayContaining([
      ["ada@test", true],
      ["bob@test", true],
      ["eve@test", false],
    ]),
  );
});

test("a saved view is its owner's: replaced by name, deleted by nobody else", async () => {
  const save = (sort: "impact" | "newest") =>
    saveView({ ctx: as(ada), input: { name: "Mine", view: { assignee: "me", sort } } });
  await save("newest");
  const [saved, ...more] = await save("impact");
  expect(more).toEqual([]);
  expect(saved).toMatchObject({ name: "Mine", view: { assignee: "me", sort: "impact" } });
  const input = { view_id: saved?.view_id ?? "" };
  await expect(deleteView({ ctx: as(bob), input })).rejects.toMatchObject({ code: "not_found" });
  expect(await listSavedViews({ ctx: as(bob) })).toEqual([]);
  expect(await deleteView({ ctx: as(ada), input })).toEqual([]);
});

test("of several changes the riskiest counts", async () => {
  const index = indexOn("a");
  const order = candidateOf({ kind: "cluster_table", table: "t", keys: ["k"] }, index.plan);
  const riskyOrder = { ...order, risk: { ...index.risk, level: "high" as const } };
  const { id } = await storeSuggestion(database.db, {
    state: "pending",
    candidates: [indexOn("a"), riskyOrder],
  });
  await database.db.transaction((tx) => refreshListing(tx, id));
  const page = await listSuggestions({ ctx: as(ada), input: { limit: 50, risk: ["high"] } });
  expect(page.items).toMatchObject([
    { suggestion_id: id, risk_level: "high", kinds: ["add_index", "cluster_table"] },
  ]);
});
