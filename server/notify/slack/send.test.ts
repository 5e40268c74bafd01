import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  jobs,
  notificationDeliveries,
  notificationPreferences,
  notifications,
  slackMessages,
  suggestions,
} from "@/drizzle/schema";
import { type Actor, DEFAULT_PREFERENCES } from "@/server/contracts";
import { approveSuggestion } from "@/server/decisions";
import { contextOf, indexOn, storeSuggestion } from "@/server/decisions/testing/fixtures";
import { type Notice, notify } from "../notify";
import { FakeSlack } from "../testing/fake-slack";
import { NotifyHarness } from "../testing/harness";
import { storePerson } from "../testing/people";

const CHANNEL = "C0123456789";
let slack: FakeSlack;
let harness: NotifyHarness;
let rita: Actor;
beforeAll(async () => {
  slack = await FakeSlack.start("xoxb-test", { [CHANNEL]: "data" });
  harness = await NotifyHarness.open({
    ...{ SLACK_BOT_TOKEN: "xoxb-test", SLACK_API_URL: slack.url, SLACK_CHANNEL: CHANNEL },
    SLACK_SIGNING_SECRET: "0123456789abcdef",
  });
  rita = await storePerson(harness.db, "rita", ["reviewer"]);
});
afterEach(async () => {
  await harness.db.delete(notifications);
  await harness.db.delete(slackMessages);
  await harness.db.delete(jobs);
  slack.calls.length = 0;
  slack.messages.length = 0;
});
afterAll(async () => {
  await harness.close();
  await slack.close();
});

const tell = (input: Notice) =>
  harness.db.transaction((tx) => notify({ ctx: harness.ctx(), tx, input }));

async function pending(): Promise<string> {
  const { id } = await storeSuggestion(harness.db, {
    state: "pending",
    candidates: [indexOn("status")],
  });
  await tell({ event: "approval_needed", subject: { type: "suggestion", id } });
  return id;
}

const sent = async () => (await harness.deliveries()).filter(({ channel }) => channel === "slack");
const approve = (id: string) =>
  approveSuggestion({
    ctx: contextOf(harness.db, rita),
    input: { suggestion_id: id, reason: "Fits & *works*" },
  });
const shown = (index = 0) => JSON.stringify(slack.messages[index]?.blocks);

test("a suggestion is posted once, with the buttons that decide it", async () => {
  const id = await pending();
  await harness.run();
  const [job] = await harness.db.select().from(jobs);
  await harness.deliver(job?.id ?? 0);
  expect(slack.messages).toHaveLength(1);
  expect(shown()).toContain(id);
  expect(shown()).toMatch(/suggestion_approve.*suggestion_reject.*suggestion_open/);
  expect(await sent()).toMatchObject([
    { state: "sent", attempts: 1, providerId: slack.messages[0]?.ts },
  ]);
});

test("decided elsewhere, the message says by whom, and has no more buttons to decide", async () => {
  const id = await pending();
  await harness.run();
  await approve(id);
  await harness.run();
  expect(slack.messages).toHaveLength(1);
  expect(shown()).toContain("Approved by rita@example.org");
  // What a person wrote is text: neither link nor format.
  expect(shown()).toContain("Fits &amp; \u200B*works\u200B*");
  expect(shown()).not.toMatch(/suggestion_approve|suggestion_reject/);
});

test("decided before it could be posted, it is not posted as a question", async () => {
  const id = await pending();
  await approve(id);
  await harness.run();
  expect(slack.messages).toEqual([]);
  expect(await sent()).toMatchObject([{ state: "skipped" }, { state: "skipped" }]);
});

test("an urgent outcome is told in the thread and in the channel", async () => {
  const id = await pending();
  await harness.run();
  await tell({
    ...{ event: "regressed", subject: { type: "suggestion", id } },
    details: { summary: "Live queries take 12% longer." },
  });
  await harness.run();
  const [card, reply] = slack.messages;
  expect(reply).toMatchObject({ thread_ts: card?.ts });
  expect(shown(1)).toContain("12% longer");
  expect(slack.callsOf("chat.postMessage").at(-1)?.args).toMatchObject({ reply_broadcast: "true" });
});

test("told to wait, it waits as long as Slack says, and posts once", async () => {
  await pending();
  slack.limitNext(120);
  await harness.run();
  expect(await sent()).toMatchObject([
    { state: "queued", lastError: expect.stringMatching(/wait/) },
  ]);
  await harness.pass(119_000);
  await harness.run();
  expect(slack.messages).toEqual([]);
  await harness.pass(2_000);
  await harness.run();
  expect(slack.messages).toHaveLength(1);
  expect(await sent()).toMatchObject([{ state: "sent", attempts: 2 }]);
});

test("what no repetition mends is given up at once, with advice for administrators", async () => {
  await pending();
  slack.failNext("not_in_channel");
  await harness.run();
  expect(await sent()).toMatchObject([
    { state: "failed", lastError: expect.stringMatching(/not_in_channel.*Invite the bot/) },
  ]);
});

test("a message that was deleted in Slack is posted anew while it still asks something", async () => {
  const id = await pending();
  await harness.run();
  slack.messages.length = 0;
  await tell({ event: "approval_reminder", subject: { type: "suggestion", id } });
  await harness.run();
  expect(slack.messages.map(({ thread_ts }) => thread_ts)).toEqual([
    undefined,
    slack.messages[0]?.ts,
  ]);
});

test("a worker killed after Slack took the message finds it, and posts no second one", async () => {
  const id = await pending();
  await harness.run();
  // As that worker left it: posted, and neither of it noted.
  await harness.db.update(slackMessages).set({ conversation: null, ts: null });
  await harness.db.update(notificationDeliveries).set({ state: "sending" });
  await harness.db.update(jobs).set({ state: "queued", finishedAt: null });
  await harness.run();
  expect(slack.messages).toHaveLength(1);
  expect(slack.messages[0]?.blocks).toBeDefined();
  expect(await harness.db.select().from(slackMessages)).toMatchObject([
    { suggestionId: id, ts: slack.messages[0]?.ts },
  ]);
});

test("texts of any length fit Slack's limits", async () => {
  const id = await pending();
  const error = { code: "internal", message: "<!channel> `x` ".repeat(2000) };
  await harness.db.update(suggestions).set({ error });
  await tell({
    ...{ event: "execution_failed", subject: { type: "suggestion", id } },
    details: { error: "<&>".repeat(1300) },
  });
  await harness.run();
  expect((await sent()).map(({ state }) => state)).toEqual(["sent", "sent"]);
  expect(JSON.stringify(slack.messages)).not.toContain("<!channel>");
});

test("a direct message tells in words what the person chose, with or without a card there", async () => {
  const { id: userId } = rita;
  slack.members.set("URITA", {});
  const preferences = {
    ...DEFAULT_PREFERENCES,
    slack: { reverted: "now", approved: "now" },
  } as const;
  await harness.db
    .insert(notificationPreferences)
    .values({ userId, slackUserId: "URITA", preferences });
  const { id } = await storeSuggestion(harness.db, {
    ...{ state: "reverted", candidates: [indexOn("status")] },
  });
  await tell({ event: "reverted", subject: { type: "suggestion", id } });
  await harness.run();
  const direct = slack.messages.filter(({ channel }) => channel === "DURITA");
  expect(direct.map(({ text }) => text)).toEqual([expect.stringMatching(/^Rolled back: /)]);
  await harness.db.delete(notificationPreferences);
});

test("what is about no suggestion is a message of its own", async () => {
  await tell({
    ...{ event: "product_unreachable", subject: { type: "product", id: "duckdb-spawn" } },
    ...{ productId: "duckdb-spawn", details: { error: "connection refused" } },
  });
  await harness.run();
  expect(shown()).toMatch(/duckdb-spawn does not answer.*connection refused/);
});
