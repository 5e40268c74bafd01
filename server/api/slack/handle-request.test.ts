import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  auditEvents,
  jobs,
  notificationPreferences,
  notifications,
  policies,
  reviews,
  suggestions,
  users,
} from "@/drizzle/schema";
import { type Actor, Policy } from "@/server/contracts";
import { rejectSuggestion } from "@/server/decisions";
import { ACTORS, contextOf, indexOn, storeSuggestion } from "@/server/decisions/testing/fixtures";
import { slackSignature } from "@/server/notify/slack/take-request";
import { FAKE_TEAM, FakeSlack } from "@/server/notify/testing/fake-slack";
import { storePerson } from "@/server/notify/testing/people";
import { createRoot, env, type Root } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { handleSlackRequest } from "./handle-request";

const SECRET = "a-signing-secret-of-slack";
const CHANNEL = "C0123456789";
let database: TestDatabase;
let slack: FakeSlack;
let root: Root;
let rita: Actor;

const member = (id: string, email: string, more: object = {}) =>
  slack.members.set(id, {
    ...{ id, team_id: FAKE_TEAM, deleted: false, is_bot: false, is_email_confirmed: true },
    ...{ profile: { email }, ...more },
  });

beforeAll(async () => {
  database = await createTestDatabase();
  slack = await FakeSlack.start("xoxb-test", { [CHANNEL]: "data" });
  const settings = {
    ...{ SLACK_BOT_TOKEN: "xoxb-test", SLACK_API_URL: slack.url, SLACK_CHANNEL: CHANNEL },
    SLACK_SIGNING_SECRET: SECRET,
  };
  root = createRoot("test", { db: database.db, settings: { ...env(), ...settings } });
  rita = await storePerson(database.db, "rita", ["reviewer"]);
  await storePerson(database.db, "vera", ["viewer"]);
  member("URITA", "Rita@example.org");
  member("UVERA", "vera@example.org");
});
afterEach(async () => {
  await database.db.delete(notifications);
  await database.db.delete(jobs);
  await database.db.delete(notificationPreferences);
  slack.calls.length = 0;
});
afterAll(async () => {
  await slack.close();
  await database.drop();
});

const pending = async () =>
  (await storeSuggestion(database.db, { state: "pending", candidates: [indexOn("status")] })).id;

const stateOf = async (id: string) => {
  const [row] = await database.db.select().from(suggestions).where(eq(suggestions.id, id));
  return row?.state;
};

/** What whoever pressed was told, for them alone. */
const whispered = () => slack.callsOf("chat.postEphemeral").map(({ args }) => args.text);

let presses = 0;
const press = (action_id: string, suggestion_id: string, user: string, revision = 0) => ({
  ...{ type: "block_actions", user: { id: user }, trigger_id: `t-${presses++}` },
  channel: { id: CHANNEL },
  actions: [{ action_id, value: JSON.stringify({ suggestion_id, revision }) }],
});
const approval = (id: string, user = "URITA") => press("suggestion_approve", id, user);

const submission = (suggestion_id: string, reason: string, why?: string, user = "URITA") => ({
  ...{ type: "view_submission", user: { id: user } },
  view: {
    ...{ callback_id: "suggestion_reject_form", id: `v-${presses++}` },
    private_metadata: JSON.stringify({ suggestion_id, revision: 0 }),
    state: {
      values: {
        reason: { reason_text: { value: reason } },
        ...(why && { why: { why_code: { selected_option: { value: why } } } }),
      },
    },
  },
});

/** A request as Slack signs it, now unless told. */
function signed(payload: unknown, change: { secret?: string; ageSeconds?: number } = {}): Request {
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const timestamp = String(Math.floor(Date.now() / 1000) - (change.ageSeconds ?? 0));
  return new Request("http://sidecar.test/api/slack/interactions", {
    ...{ method: "POST", body },
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-slack-request-timestamp": timestamp,
      "x-slack-signature": slackSignature(change.secret ?? SECRET, timestamp, body),
    },
  });
}

const send = (payload: unknown) => handleSlackRequest(signed(payload), root);

test("a member whom the workspace knows by our address decides as that person", async () => {
  const id = await pending();
  expect((await send(approval(id))).status).toBe(200);
  expect(await stateOf(id)).toBe("approved");
  const [audit] = await database.db.select().from(auditEvents).where(eq(auditEvents.subjectId, id));
  expect(audit).toMatchObject({ actorId: rita.id, action: "suggestion.approve" });
  expect(audit?.requestId).toMatch(/^slack-/);
  expect(whispered()).toEqual([]);
  const linked = await database.db
    .select()
    .from(auditEvents)
    .where(eq(auditEvents.subjectId, rita.id));
  expect(linked).toMatchObject([
    { action: "user.link_slack", after: { slack_user_id: "URITA", email: rita.label } },
  ]);
});

test("pressed twice, or by two, it is decided once, and the second is told", async () => {
  const id = await pending();
  const answers = await Promise.all([send(approval(id)), send(approval(id))]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  const decided = await database.db.select().from(auditEvents).where(eq(auditEvents.subjectId, id));
  expect(decided).toHaveLength(1);
  expect(whispered()).toEqual([expect.stringMatching(/already decided.*\/suggestions\//)]);
});

test("a forged, an old, a future and an unsigned request are refused, and decide nothing", async () => {
  const id = await pending();
  const unsigned = signed(approval(id));
  unsigned.headers.delete("x-slack-signature");
  const requests = [
    signed(approval(id), { secret: "somebody-elses-secret" }),
    signed(approval(id), { ageSeconds: 301 }),
    signed(approval(id), { ageSeconds: -301 }),
    unsigned,
  ];
  for (const request of requests) {
    const answer = await handleSlackRequest(request, root);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: "unauthenticated" });
  }
  const changed = signed(approval(id));
  const body = `${await changed.text()}x`;
  const { headers } = changed;
  const altered = new Request(changed.url, { method: "POST", headers, body });
  expect((await handleSlackRequest(altered, root)).status).toBe(401);
  expect(await stateOf(id)).toBe("pending");
  expect(slack.calls).toEqual([]);
});

test("a request that was taken is refused when it comes again", async () => {
  const id = await pending();
  const first = signed(approval(id));
  const again = first.clone();
  expect((await handleSlackRequest(first, root)).status).toBe(200);
  expect((await handleSlackRequest(again, root)).status).toBe(401);
});

test("who may not decide is told so; the page decides nothing more", async () => {
  const id = await pending();
  await send(approval(id, "UVERA"));
  expect(await stateOf(id)).toBe("pending");
  expect(whispered()).toEqual([expect.stringMatching(/don't have permission.*Open the page/)]);
});

test.each([
  ["nobody here has the address", { profile: { email: "stranger@example.org" } }],
  ["the address is not confirmed", { is_email_confirmed: false }],
  ["the member is of another workspace", { team_id: "TOTHER" }],
  ["the member is a guest from elsewhere", { is_stranger: true }],
  ["the member has left", { deleted: true }],
  ["it is a bot", { is_bot: true }],
])("a button only opens the page where %s", async (_, more) => {
  const id = await pending();
  member("UOTHER", "rita@example.org", more);
  await send(approval(id, "UOTHER"));
  expect(await stateOf(id)).toBe("pending");
  expect(whispered()).toEqual([expect.stringMatching(/Nobody here.*\/suggestions\//)]);
});

test("a person who was matched once is not taken by another member with the same address", async () => {
  await send(approval(await pending()));
  member("UTWIN", "rita@example.org");
  const id = await pending();
  await send(approval(id, "UTWIN"));
  expect(await stateOf(id)).toBe("pending");
  // The first stays who they are, were the address to change.
  member("URITA", "renamed@example.org");
  await send(approval(id));
  expect(await stateOf(id)).toBe("approved");
  member("URITA", "rita@example.org");
});

test("whoever was shut out here decides nothing there", async () => {
  const id = await pending();
  await send(approval(await pending()));
  await database.db.update(users).set({ isActive: false }).where(eq(users.id, rita.id));
  await send(approval(id));
  await database.db.update(users).set({ isActive: true }).where(eq(users.id, rita.id));
  expect(await stateOf(id)).toBe("pending");
});

test("advice that changed after the message was written is not approved", async () => {
  const id = await pending();
  await database.db.update(suggestions).set({ revision: 1 }).where(eq(suggestions.id, id));
  await send(approval(id));
  expect(await stateOf(id)).toBe("pending");
  expect(whispered()).toEqual([expect.stringMatching(/advice has changed/)]);
});

test("a rejection asks for its reason first", async () => {
  const id = await pending();
  await send(press("suggestion_reject", id, "URITA"));
  expect(slack.callsOf("views.open")).toHaveLength(1);
  expect(await stateOf(id)).toBe("pending");
  const empty = await send(submission(id, "  "));
  expect(await empty.json()).toEqual({ response_action: "errors", errors: { reason: "Say why." } });
  const answer = await send(submission(id, "Not this week"));
  expect(await answer.text()).toBe("");
  expect(await stateOf(id)).toBe("rejected");
  const named = await pending();
  await send(submission(named, "", "too_risky"));
  const [review] = await database.db.select().from(reviews).where(eq(reviews.suggestionId, named));
  expect(review).toMatchObject({ reasonCode: "too_risky", reason: "Too risky." });
});

test("a refusal by the policy's chain is told with its own reason", async () => {
  const chain = { name: "all", when: {}, approvals: [{ role: "operator", count: 1 }] };
  const document = Policy.parse({
    ...{ base: { approvals: [{ role: "reviewer", count: 1 }] }, rules: [chain] },
    auto_approval: { mode: "off" },
  });
  const by = { comment: "test", createdBy: "test" };
  await database.db.insert(policies).values({ version: 1, document, ...by });
  const id = await pending();
  await send(approval(id));
  await send(approval(id));
  await storePerson(database.db, "rob", ["reviewer"]);
  member("UROB", "rob@example.org");
  await send(approval(id, "UROB"));
  expect(whispered()).toEqual([
    expect.stringMatching(/^You have approved this. 1 of 2 approvals; an operator is still needed/),
    expect.stringMatching(/^Your approval would not count. No approval of this person's roles/),
  ]);
  await database.db.delete(policies);
  const alone = { name: "all", when: {}, acknowledge_alone: true };
  await database.db.insert(policies).values({
    version: 1,
    document: { ...document, rules: Policy.parse({ ...document, rules: [alone] }).rules },
    ...by,
  });
  await send(approval(await pending()));
  expect(whispered().at(-1)).toMatch(/Approve it on the page.*Open the page/);
  await database.db.delete(policies);
});

test("a form that Slack does not open is told, with the page beside it", async () => {
  const id = await pending();
  await send(approval(await pending()));
  for (const fault of ["expired_trigger_id", "internal_error"]) {
    const opened = slack.callsOf("views.open").length;
    slack.refuseNext("views.open", fault);
    expect((await send(press("suggestion_reject", id, "URITA"))).status).toBe(200);
    expect(slack.callsOf("views.open")).toHaveLength(opened + 1);
    expect(whispered().at(-1)).toMatch(new RegExp(`could not be opened.*${fault}.*Open the page`));
  }
});

test("a form that comes too late says so in the form", async () => {
  const id = await pending();
  await rejectSuggestion({
    ctx: contextOf(database.db, ACTORS.second),
    input: { suggestion_id: id, reason: "first" },
  });
  const answer = await send(submission(id, "second"));
  expect(await answer.json()).toMatchObject({ errors: { reason: /already decided/ } });
});

test("a request that cannot be read is refused as such, and other kinds are let be", async () => {
  expect((await send({ type: "block_actions" })).status).toBe(400);
  expect((await send(press("suggestion_approve", "no id", "URITA"))).status).toBe(400);
  expect((await send({ type: "shortcut" })).status).toBe(200);
  expect((await send(press("suggestion_open", await pending(), "URITA"))).status).toBe(200);
  expect(slack.calls).toEqual([]);
});

test("without a signing secret nothing is taken", async () => {
  const { SLACK_SIGNING_SECRET: _, ...settings } = root.settings;
  const open = createRoot("test", { db: database.db, settings: settings as typeof root.settings });
  expect((await handleSlackRequest(signed(approval(await pending())), open)).status).toBe(404);
});
