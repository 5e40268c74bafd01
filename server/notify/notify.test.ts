import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  jobs,
  notificationDeliveries,
  notificationPreferences,
  notifications,
  users,
} from "@/drizzle/schema";
import {
  type Actor,
  DEFAULT_PREFERENCES,
  NotificationEvent,
  type NotificationPreferences,
} from "@/server/contracts";
import { approveSuggestion, rejectSuggestion } from "@/server/decisions";
import { contextOf, indexOn, storeSuggestion } from "@/server/decisions/testing/fixtures";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { chooseRecipients } from "./choose-recipients";
import { fanOut } from "./fan-out";
import { type Notice, notify } from "./notify";
import { getPreferences, setPreferences } from "./preferences";
import { storePerson } from "./testing/people";

let database: TestDatabase;
let rita: Actor;
let otto: Actor;
let system: Actor;
beforeAll(async () => {
  database = await createTestDatabase();
  rita = await storePerson(database.db, "rita", ["reviewer"]);
  otto = await storePerson(database.db, "otto", ["operator"]);
  await storePerson(database.db, "vera", ["viewer"]);
  system = { kind: "system", id: "test", label: "test", roles: ["admin"] };
});
afterEach(async () => {
  await database.db.delete(notifications);
  await database.db.delete(jobs);
  await database.db.delete(notificationPreferences);
});
afterAll(() => database.drop());

const pending = () =>
  storeSuggestion(database.db, { state: "pending", candidates: [indexOn("status")] });

const ask = (input: Notice, actor = system) =>
  database.db.transaction((tx) => notify({ ctx: contextOf(database.db, actor), tx, input }));

async function deliveries() {
  const ctx = contextOf(database.db, system);
  for (const { id } of await database.db.select().from(notifications)) {
    await fanOut({ ctx, input: { notificationId: id } });
  }
  const rows = await database.db.select().from(notificationDeliveries);
  return rows.map(({ channel, recipient, state }) => ({ channel, recipient, state }));
}

const prefer = (actor: Actor, chosen: Partial<NotificationPreferences>) =>
  database.db
    .insert(notificationPreferences)
    .values({ userId: actor.id, preferences: { ...DEFAULT_PREFERENCES, ...chosen } });

test("a decision and its notification are kept together, and found by one job", async () => {
  const { id } = await pending();
  const ctx = contextOf(database.db, rita);
  await approveSuggestion({ ctx, input: { suggestion_id: id, reason: "Looks right" } });
  const stored = await database.db.select().from(notifications);
  expect(stored).toMatchObject([
    { event: "approved", suggestionId: id, details: { reason: "Looks right" } },
  ]);
  expect(await database.db.select().from(jobs)).toMatchObject([
    { kind: "notify", subjectId: stored[0]?.id },
  ]);
});

test("a decision that is refused leaves no notification", async () => {
  const { id } = await pending();
  const ctx = contextOf(database.db, rita);
  await approveSuggestion({ ctx, input: { suggestion_id: id, reason: "" } });
  const late = rejectSuggestion({ ctx, input: { suggestion_id: id, reason: "too late" } });
  await expect(late).rejects.toMatchObject({ code: "conflict" });
  const wrong = approveSuggestion({
    ctx,
    input: { suggestion_id: (await pending()).id, reason: "", item_ids: ["item-unknown"] },
  });
  await expect(wrong).rejects.toMatchObject({ code: "invalid_input" });
  expect(await database.db.select().from(notifications)).toHaveLength(1);
});

test("asked for twice under one key it is one notification", async () => {
  const notice: Notice = {
    ...{ event: "approval_reminder", subject: { type: "suggestion", id: (await pending()).id } },
    key: "reminder:1",
  };
  await ask(notice);
  await ask(notice);
  expect(await database.db.select().from(notifications)).toHaveLength(1);
});

test("those who may decide are told, once, however often recipients are looked for", async () => {
  await ask({
    event: "approval_needed",
    subject: { type: "suggestion", id: (await pending()).id },
  });
  await deliveries();
  expect(await deliveries()).toEqual([
    { channel: "email", recipient: "rita@example.org", state: "held" },
  ]);
});

test("nobody is told of their own deed, nor whoever was shut out", async () => {
  const { id } = await pending();
  await ask({ event: "reverted", subject: { type: "suggestion", id } }, rita);
  expect(await deliveries()).toEqual([]);
  await database.db.update(users).set({ isActive: false }).where(eq(users.id, rita.id));
  await ask({ event: "approval_needed", subject: { type: "suggestion", id } });
  expect(await deliveries()).toEqual([]);
  await database.db.update(users).set({ isActive: true }).where(eq(users.id, rita.id));
});

test("named people are told, and nobody else", async () => {
  const { id } = await pending();
  const subject = { type: "suggestion", id } as const;
  await ask({ event: "approval_escalated", subject, userIds: [otto.id] });
  expect(await deliveries()).toMatchObject([{ recipient: "otto@example.org" }]);
});

test("operators are told that further approvals are needed, and of what is asked of them", async () => {
  const { id } = await pending();
  await ask({ event: "approved_in_part", subject: { type: "suggestion", id } }, rita);
  expect(await deliveries()).toMatchObject([{ recipient: "otto@example.org" }]);
  const { events } = await getPreferences({ ctx: contextOf(database.db, otto) });
  expect(events).toEqual(
    expect.arrayContaining(["approved_in_part", "approval_reminder", "approval_escalated"]),
  );
});

const plan = (event: NotificationEvent, email: object = {}) =>
  chooseRecipients(
    { event, actorKey: "user:other", userIds: [rita.id] },
    {
      people: [
        {
          ...{ id: rita.id, email: rita.label, actorKey: `user:${rita.id}`, mayReceive: true },
          ...{ preferences: { ...DEFAULT_PREFERENCES, email }, slackUserId: null },
        },
      ],
      channels: {
        ...{ hasEmail: true, slackChannel: "C1" },
        webhooks: [{ id: "hook", events: NotificationEvent.options }],
      },
      now: new Date(),
    },
  ).map(({ recipient, state }) => [recipient, state]);

test("what is said to one person reaches no channel of the team and no webhook", () => {
  for (const event of ["assigned", "mentioned"] as const) {
    expect(plan(event)).toEqual([[rita.label, "queued"]]);
  }
  expect(plan("approval_reminder").map(([recipient]) => recipient)).toEqual([
    ...[rita.label, "C1", "hook"],
  ]);
});

test("a digest cannot be put off to a digest, nor turned off", async () => {
  for (const mode of ["digest", "off"]) {
    expect(plan("digest", { digest: mode })).toEqual([[rita.label, "queued"]]);
    const preferences = { ...DEFAULT_PREFERENCES, email: { digest: mode } };
    await expect(
      setPreferences({
        ctx: contextOf(database.db, rita),
        input: preferences as NotificationPreferences,
      }),
    ).rejects.toMatchObject({ code: "invalid_input" });
  }
});

test("preferences choose the moment or nothing at all", async () => {
  const { id } = await pending();
  const subject = { type: "suggestion", id } as const;
  await prefer(rita, { email: { approval_needed: "digest", reverted: "off" } });
  await ask({ event: "approval_needed", subject });
  await ask({ event: "reverted", subject });
  expect(await deliveries()).toMatchObject([{ recipient: rita.label, state: "waiting" }]);
});
