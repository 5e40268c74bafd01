import { eq } from "drizzle-orm";
import { SMTPServer } from "smtp-server";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  jobs,
  notificationPreferences,
  notifications,
  policies,
  reviews,
  suggestions,
  users,
} from "@/drizzle/schema";
import { type Actor, DEFAULT_PREFERENCES, Policy } from "@/server/contracts";
import { approveSuggestion } from "@/server/decisions";
import { contextOf, indexOn, storeSuggestion } from "@/server/decisions/testing/fixtures";
import { makeDigests } from "../digests";
import { type Notice, notify } from "../notify";
import { NotifyHarness } from "../testing/harness";
import { storePerson } from "../testing/people";

interface Mail {
  to: string[];
  raw: string;
}

const mails: Mail[] = [];
/** What the server answers to a recipient; null: it takes it. */
let refusal: { code: number; text: string } | null = null;

function smtpServer(): SMTPServer {
  return new SMTPServer({
    ...{ authOptional: true, disabledCommands: ["STARTTLS"], logger: false },
    onRcptTo(_address, _session, done) {
      if (refusal === null) return done();
      done(Object.assign(new Error(refusal.text), { responseCode: refusal.code }));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        mails.push({ to, raw: Buffer.concat(chunks).toString() });
        done();
      });
    },
  });
}

const listen = (server: SMTPServer, port: number) =>
  new Promise<number>((resolve) => {
    const listening = server.listen(port, "127.0.0.1", () => {
      const address = listening.address();
      resolve(typeof address === "object" ? (address?.port ?? 0) : 0);
    });
  });
const close = (server: SMTPServer) => new Promise<void>((resolve) => server.close(resolve));

let server: SMTPServer;
let port: number;
let harness: NotifyHarness;
let rita: Actor;
beforeAll(async () => {
  server = smtpServer();
  port = await listen(server, 0);
  harness = await NotifyHarness.open({
    SMTP_URL: `smtp://127.0.0.1:${port}`,
    MAIL_FROM: "Sidecar <sidecar@example.org>",
    PUBLIC_URL: "https://sidecar.example.org",
  });
  rita = await storePerson(harness.db, "rita", ["reviewer"]);
});
afterEach(async () => {
  await harness.db.delete(notifications);
  await harness.db.delete(jobs);
  mails.length = 0;
  refusal = null;
});
afterAll(async () => {
  await harness.close();
  await close(server);
});

const tell = (input: Notice) =>
  harness.db.transaction((tx) => notify({ ctx: harness.ctx(), tx, input }));

async function pending(productId: string | null = "duckdb-spawn"): Promise<string> {
  const { id } = await storeSuggestion(harness.db, {
    ...{ state: "pending", productId, candidates: [indexOn("status")] },
  });
  await tell({ event: "approval_needed", subject: { type: "suggestion", id } });
  return id;
}

/** Lines of a header may be folded. */
const header = (raw: string | undefined, name: string) =>
  new RegExp(`^${name}:((?:.|\r\n[ \t])*)`, "im")
    .exec(raw ?? "")?.[1]
    ?.replaceAll("\r\n", "")
    .trim();

const HOUR_MS = 3_600_000;

test("a mail server that is down for an hour: delivered once, afterwards", async () => {
  await close(server);
  await pending();
  await harness.run();
  let attempts = 0;
  for (let passed = 0; passed < HOUR_MS; passed += HOUR_MS / 12) {
    await harness.pass(HOUR_MS / 12);
    await harness.run();
    const [delivery] = await harness.deliveries();
    expect(delivery).toMatchObject({
      state: "queued",
      lastError: expect.stringMatching(/did not take it/),
    });
    attempts = delivery?.attempts ?? 0;
  }
  // It was tried all along, and not without a pause.
  expect(attempts).toBeGreaterThan(5);
  expect(attempts).toBeLessThan(13);
  expect(mails).toEqual([]);
  server = smtpServer();
  await listen(server, port);
  await harness.pass(HOUR_MS / 3);
  await harness.run();
  await harness.pass(HOUR_MS);
  await harness.run();
  expect(mails.map(({ to }) => to)).toEqual([["rita@example.org"]]);
  expect(await harness.deliveries()).toMatchObject([{ state: "sent", lastError: null }]);
});

test("decided while the mail server was down, nobody is asked any more", async () => {
  refusal = { code: 451, text: "try later" };
  const id = await pending();
  await harness.run();
  await approveSuggestion({
    ctx: contextOf(harness.db, rita),
    input: { suggestion_id: id, reason: "" },
  });
  refusal = null;
  await harness.pass(HOUR_MS);
  await harness.run();
  expect(mails).toEqual([]);
  expect(await harness.deliveries()).toMatchObject([
    { state: "skipped", lastError: expect.stringMatching(/approved/) },
  ]);
});

test("an address that the server refuses for good is given up at once", async () => {
  refusal = { code: 550, text: "no such user" };
  await pending();
  await harness.run();
  expect(await harness.deliveries()).toMatchObject([
    { state: "failed", attempts: 1, lastError: expect.stringMatching(/no such user/) },
  ]);
});

test("the link opens the page; headers name thread, message and preferences", async () => {
  const id = await pending();
  await tell({ event: "approval_reminder", subject: { type: "suggestion", id } });
  await harness.run();
  const [first, second] = mails.map(({ raw }) => raw);
  expect(first).toContain(`https://sidecar.example.org/suggestions/${id}`);
  expect(first).not.toMatch(/approve\?|token=/);
  expect(header(first, "List-Unsubscribe")).toBe("<https://sidecar.example.org/preferences>");
  expect(header(first, "From")).toBe("Sidecar <sidecar@example.org>");
  const thread = `<${id}@sidecar.example.org>`;
  expect([first, second].map((raw) => header(raw, "References"))).toEqual([thread, thread]);
  const ids = [first, second].map((raw) => header(raw, "Message-ID"));
  expect(new Set(ids).size).toBe(2);
  const deliveries = await harness.deliveries();
  expect(ids.sort()).toEqual(
    deliveries.map(({ id: delivery }) => `<delivery-${delivery}@sidecar.example.org>`).sort(),
  );
});

test("a digest lists all that it collected, and counts it", async () => {
  const preferences = {
    ...{ ...DEFAULT_PREFERENCES, digest_at: new Date().toISOString().slice(11, 16) },
    email: { product_reachable: "digest" as const },
  };
  const { id: userId } = await storePerson(harness.db, "ada", ["admin"]);
  await harness.db.insert(notificationPreferences).values({ userId, preferences });
  for (let index = 0; index < 55; index += 1) {
    const productId = `product-${index}`;
    const subject = { type: "product", id: productId } as const;
    await tell({ event: "product_reachable", subject, productId });
  }
  await harness.run();
  await harness.pass(24 * HOUR_MS);
  await makeDigests({ ctx: harness.ctx() });
  await harness.run();
  const raw = mails.at(-1)?.raw.replaceAll("=\r\n", "") ?? "";
  expect(raw).toContain("55 notifications since the last digest.");
  expect(raw.match(/^- Data product reachable again.*: product-\d+\r$/gm)).toHaveLength(55);
  await harness.db.delete(users).where(eq(users.id, userId));
});

test("an approval is told by who gave it last, and how many are missing while it is pending", async () => {
  const id = await pending();
  await harness.db.insert(reviews).values({
    ...{ suggestionId: id, reviewerId: "r", reviewerLabel: "rob@example.org" },
    ...{ verdict: "approved", reason: "I looked", itemIds: [] },
  });
  const chain = { name: "all", when: {}, approvals: [{ role: "operator", count: 1 }] };
  const document = Policy.parse({
    ...{ base: { approvals: [{ role: "reviewer", count: 1 }] }, rules: [chain] },
    auto_approval: { mode: "off" },
  });
  const by = { comment: "test", createdBy: "test" };
  await harness.db.insert(policies).values({ version: 1, document, ...by });
  await harness.run();
  expect(mails.pop()?.raw).toContain("0 of 2 approvals; a reviewer and an operator are still");
  await harness.db.delete(policies);
  const subject = { type: "suggestion", id } as const;
  await harness.db.update(suggestions).set({ state: "approved" }).where(eq(suggestions.id, id));
  const { id: userId } = rita;
  await tell({ event: "approved", subject, userIds: [userId], details: { is_automatic: true } });
  await harness.run();
  expect(mails.at(-1)?.raw).toContain("Automatically, by the policy.");
  expect(mails.at(-1)?.raw).not.toContain("rob@example.org");
});

test("plain text and HTML say the same, and an estimate says that it is one", async () => {
  await pending(null);
  await harness.run();
  const raw = mails[0]?.raw.replaceAll("=\r\n", "") ?? "";
  expect(raw.match(/These are estimates: nothing was measured\./g)).toHaveLength(3);
  expect(raw).toMatch(/Content-Type: text\/plain/);
  expect(raw).toMatch(/Content-Type: text\/html/);
  expect(header(raw, "Subject")).toMatch(/^Estimate to review: /);
});
