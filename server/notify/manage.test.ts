import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  auditEvents,
  jobs,
  notificationDeliveries,
  notificationPreferences,
  notifications,
} from "@/drizzle/schema";
import { type Actor, DEFAULT_PREFERENCES, type NotificationEvent } from "@/server/contracts";
import { contextOf, indexOn, storeSuggestion } from "@/server/decisions/testing/fixtures";
import { makeDigests } from "./digests";
import { listDeliveries, readChannelStatus } from "./list-deliveries";
import { notify } from "./notify";
import { getPreferences, setPreferences } from "./preferences";
import { pruneNotifications } from "./prune";
import { retryDelivery } from "./retry-delivery";
import { sendTestNotification } from "./send-test";
import { NotifyHarness } from "./testing/harness";
import { storePerson } from "./testing/people";

let harness: NotifyHarness;
let rita: Actor;
let ada: Actor;
let vera: Actor;
beforeAll(async () => {
  // Nothing listens there: what is queued stays queued.
  const url = "smtp://127.0.0.1:1";
  harness = await NotifyHarness.open({ SMTP_URL: url, MAIL_FROM: "sidecar@example.org" });
  rita = await storePerson(harness.db, "rita", ["reviewer"]);
  ada = await storePerson(harness.db, "ada", ["admin"]);
  vera = await storePerson(harness.db, "vera", ["viewer"]);
});
afterEach(async () => {
  await harness.db.delete(notifications);
  await harness.db.delete(jobs);
  await harness.db.delete(notificationPreferences);
  await harness.db.delete(auditEvents);
});
afterAll(() => harness.close());

const as = (actor: Actor) => ({ ...contextOf(harness.db, actor), settings: harness.root.settings });

async function tell(event: NotificationEvent): Promise<string> {
  const { id } = await storeSuggestion(harness.db, {
    ...{ state: "pending", candidates: [indexOn("status")] },
  });
  const input = { event, subject: { type: "suggestion", id } } as const;
  await harness.db.transaction((tx) => notify({ ctx: harness.ctx(), tx, input }));
  await harness.run();
  return id;
}

const list = (actor: Actor, input = {}) =>
  listDeliveries({ ctx: as(actor), input: { limit: 50, ...input } });

const statesOf = async (userId: string) =>
  (await harness.deliveries())
    .filter((delivery) => delivery.userId === userId)
    .map(({ state }) => state)
    .sort();

const DAY_MS = 86_400_000;

test("a digest collects once what came before its time; what comes later waits for the next", async () => {
  await tell("rejected");
  await tell("expired");
  const now = harness.ctx().clock.now();
  const digest_at = new Date(now.getTime() + 60_000).toISOString().slice(11, 16);
  for (const { id: userId } of [rita, ada]) {
    const preferences = { ...DEFAULT_PREFERENCES, digest_at };
    await harness.db.insert(notificationPreferences).values({ userId, preferences });
  }
  const { clock, ...rest } = harness.ctx();
  const later = (ms: number) => ({ ...rest, clock: { now: () => new Date(now.getTime() + ms) } });
  await makeDigests({ ctx: later(0) });
  expect(await statesOf(rita.id)).toEqual(["waiting", "waiting"]);
  await Promise.all([makeDigests({ ctx: later(90_000) }), makeDigests({ ctx: later(90_000) })]);
  await harness.run();
  expect(await statesOf(rita.id)).toEqual(["collected", "collected", "queued"]);
  await tell("superseded");
  await harness.db
    .update(notificationDeliveries)
    .set({ createdAt: new Date(now.getTime() + 120_000) })
    .where(eq(notificationDeliveries.state, "waiting"));
  await makeDigests({ ctx: later(180_000) });
  expect(await statesOf(rita.id)).toEqual(["collected", "collected", "queued", "waiting"]);
  await makeDigests({ ctx: later(DAY_MS + 90_000) });
  await harness.run();
  expect(await statesOf(rita.id)).toEqual([
    ...["collected", "collected", "collected"],
    ...["queued", "queued"],
  ]);
});

test("in quiet hours only what is urgent goes out at once", async () => {
  const now = harness.ctx().clock.now();
  const clockTime = (minutes: number) =>
    new Date(now.getTime() + minutes * 60_000).toISOString().slice(11, 16);
  const quiet_hours = { from: clockTime(-60), until: clockTime(60) };
  const preferences = { ...DEFAULT_PREFERENCES, quiet_hours };
  await harness.db.insert(notificationPreferences).values({ userId: rita.id, preferences });
  await tell("approval_needed");
  await tell("regressed");
  const ofRita = (await harness.deliveries()).filter(({ userId }) => userId === rita.id);
  // The second was tried at once: nothing listens there.
  expect(ofRita.map(({ attempts }) => attempts)).toEqual([0, 1]);
  const [later] = ofRita;
  expect(later?.dueAt.getTime()).toBeGreaterThan(now.getTime() + 58 * 60_000);
  const [job] = await harness.db
    .select()
    .from(jobs)
    .where(eq(jobs.subjectId, later?.id ?? ""));
  expect(job?.runAt).toEqual(later?.dueAt);
});

test("a person sees their own notifications, an administrator everybody's, page by page", async () => {
  await tell("approval_needed");
  await tell("reverted");
  expect((await list(vera)).items).toEqual([]);
  const own = (await list(rita)).items;
  expect(own.map(({ recipient }) => recipient)).toEqual(["rita@example.org", "rita@example.org"]);
  const all = (await list(ada)).items;
  expect(all).toHaveLength(4);
  const first = await list(ada, { limit: 3 });
  const rest = await list(ada, { limit: 3, cursor: first.next_cursor });
  expect([...first.items, ...rest.items]).toEqual(all);
  expect(rest.next_cursor).toBeNull();
  expect((await list(ada, { state: ["failed"] })).items).toEqual([]);
  const machine: Actor = { kind: "api-key", id: "k", label: "k", roles: [], scopes: [] };
  await expect(list(machine)).rejects.toMatchObject({ code: "forbidden" });
  await expect(list(ada, { cursor: "nonsense" })).rejects.toMatchObject({ code: "invalid_input" });
});

test("an administrator sends again what failed or was held, once, with an audit row", async () => {
  await tell("approval_needed");
  const [delivery] = await harness.deliveries();
  const input = { delivery_id: delivery?.id ?? "" };
  const again = () => retryDelivery({ ctx: as(ada), input });
  await expect(again()).rejects.toMatchObject({ code: "conflict", details: { state: "queued" } });
  const isIt = eq(notificationDeliveries.id, input.delivery_id);
  await harness.db.delete(jobs);
  await harness.db.update(notificationDeliveries).set({ state: "failed" }).where(isIt);
  const outcomes = await Promise.allSettled([again(), again()]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(await harness.db.select().from(jobs)).toMatchObject([{ kind: "deliver" }]);
  expect(await harness.db.select().from(auditEvents)).toMatchObject([
    { action: "notification.retry", actorId: ada.id },
  ]);
  const forbidden = retryDelivery({ ctx: as(rita), input });
  await expect(forbidden).rejects.toMatchObject({ code: "forbidden" });
  const unknown = retryDelivery({ ctx: as(ada), input: { delivery_id: ada.id } });
  await expect(unknown).rejects.toMatchObject({ code: "not_found" });
});

test("without a mail server an e-mail is held, and cannot be sent again either", async () => {
  const { SMTP_URL: _, ...settings } = harness.root.settings;
  const ctx = { ...as(ada), settings: settings as typeof harness.root.settings };
  await tell("approval_needed");
  const [delivery] = await harness.deliveries();
  await harness.db.update(notificationDeliveries).set({ state: "held" });
  const retried = retryDelivery({ ctx, input: { delivery_id: delivery?.id ?? "" } });
  await expect(retried).rejects.toMatchObject({ code: "not_executable" });
  expect((await harness.deliveries())[0]?.state).toBe("held");
  expect(await readChannelStatus({ ctx })).toMatchObject({
    email: { is_configured: false },
    slack: { is_configured: false, has_buttons: false },
  });
});

test("preferences are a person's own, and list the events they may get", async () => {
  const before = await getPreferences({ ctx: as(rita) });
  expect(before.preferences).toEqual(DEFAULT_PREFERENCES);
  expect(before.events).toContain("approval_needed");
  expect(before.events).not.toContain("job_dead");
  const chosen = { ...DEFAULT_PREFERENCES, email: { reverted: "off" as const } };
  await setPreferences({ ctx: as(rita), input: chosen });
  expect((await getPreferences({ ctx: as(rita) })).preferences).toEqual(chosen);
  expect((await getPreferences({ ctx: as(ada) })).preferences).toEqual(DEFAULT_PREFERENCES);
  expect(await harness.db.select().from(auditEvents)).toMatchObject([
    { action: "user.set_notifications", subjectId: rita.id, after: chosen },
  ]);
});

test.each([
  ["an unknown time zone", { time_zone: "Europe/Atlantis" }],
  ["an hour that does not exist", { digest_at: "24:00" }],
  ["quiet hours with one end", { quiet_hours: { from: "22:00" } }],
  ["an unknown event", { email: { everything: "now" } }],
  ["an unknown field", { colour: "red" }],
])("preferences with %s are refused", async (_, change) => {
  const input = { ...DEFAULT_PREFERENCES, ...change } as typeof DEFAULT_PREFERENCES;
  const set = setPreferences({ ctx: as(rita), input });
  await expect(set).rejects.toMatchObject({ code: "invalid_input" });
});

test("a test goes to who asks for it, and to nobody else", async () => {
  await sendTestNotification({ ctx: as(ada) });
  await harness.run();
  expect((await harness.deliveries()).map(({ recipient }) => recipient)).toEqual([
    "ada@example.org",
  ]);
  await expect(sendTestNotification({ ctx: as(rita) })).rejects.toMatchObject({
    code: "forbidden",
  });
});

test("old notifications go with their deliveries; newer ones stay", async () => {
  await tell("reverted");
  const old = new Date(Date.now() - 91 * DAY_MS);
  await harness.db.update(notifications).set({ createdAt: old });
  await tell("reverted");
  expect(await pruneNotifications({ ctx: harness.ctx() })).toBe(1);
  expect(await harness.deliveries()).toHaveLength(2);
});
