import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from "vitest";
import { auditEvents, jobs, notifications, webhooks } from "@/drizzle/schema";
import { type NotificationEvent, Webhook } from "@/server/contracts";
import { ACTORS, contextOf, indexOn, storeSuggestion } from "@/server/decisions/testing/fixtures";
import { notify } from "../notify";
import { NotifyHarness } from "../testing/harness";
import { assertWebhookUrl, isPublicAddress, publicLookup } from "./addresses";
import { createWebhook, listWebhooks, removeWebhook } from "./manage";

interface Received {
  headers: IncomingHttpHeaders;
  body: string;
}

const received: Received[] = [];
let answers: { status: number; headers?: Record<string, string> }[] = [];
let server: Server;
let url: string;
let harness: NotifyHarness;
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    const { status, headers } = answers.shift() ?? { status: 204 };
    response.writeHead(status, headers).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  harness = await NotifyHarness.open({ WEBHOOK_PRIVATE_ADDRESSES: "allow" });
});
afterEach(async () => {
  await harness.db.delete(notifications);
  await harness.db.delete(jobs);
  await harness.db.delete(webhooks);
  received.length = 0;
  answers = [];
});
afterAll(async () => {
  await harness.close();
  await new Promise((resolve) => server.close(resolve));
});

const create = (events: NotificationEvent[] = ["approval_needed"]) =>
  createWebhook({ ctx: harness.ctx(), input: { name: "hub", url, events } });

async function ask(): Promise<string> {
  const { id } = await storeSuggestion(harness.db, {
    ...{ state: "pending", candidates: [indexOn("status")] },
  });
  const input = { event: "approval_needed", subject: { type: "suggestion", id } } as const;
  await harness.db.transaction((tx) => notify({ ctx: harness.ctx(), tx, input }));
  await harness.run();
  return id;
}

/** As a receiver checks it, by the Standard Webhooks specification. */
function verify(secret: string, { headers, body }: Received): boolean {
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const expected = createHmac("sha256", key).update(signed).digest("base64");
  return headers["webhook-signature"] === `v1,${expected}`;
}

test("a receiver can check who sent it, when, and that it is whole", async () => {
  const { secret } = await create();
  const id = await ask();
  const [request] = received;
  if (request === undefined) throw new Error("Nothing was received.");
  expect(verify(secret, request)).toBe(true);
  expect(verify(secret, { ...request, body: `${request.body} ` })).toBe(false);
  const age = Date.now() / 1000 - Number(request.headers["webhook-timestamp"]);
  expect(Math.abs(age)).toBeLessThan(60);
  expect(JSON.parse(request.body)).toMatchObject({
    type: "approval_needed",
    data: { suggestion: { suggestion_id: id, state: "pending", card: { changes: [{}] } } },
  });
});

test("it is tried again under the same id, no sooner than the receiver says", async () => {
  await create();
  answers = [{ status: 503, headers: { "retry-after": "600" } }, { status: 200 }];
  await ask();
  await harness.pass(590_000);
  await harness.run();
  expect(received).toHaveLength(1);
  await harness.pass(15_000);
  await harness.run();
  expect(received).toHaveLength(2);
  expect(received[1]?.headers["webhook-id"]).toBe(received[0]?.headers["webhook-id"]);
  expect(await harness.deliveries()).toMatchObject([{ state: "sent", attempts: 2 }]);
});

test("a redirect is not followed", async () => {
  await create();
  answers = [{ status: 302, headers: { location: `${url}/elsewhere` } }];
  await ask();
  expect(received).toHaveLength(1);
  expect(await harness.deliveries()).toMatchObject([
    { state: "failed", lastError: expect.stringMatching(/redirects are not followed/) },
  ]);
});

test("events that it did not ask for are not sent to it, and nothing after it was removed", async () => {
  const { webhook } = await create(["reverted"]);
  await ask();
  expect(received).toEqual([]);
  await removeWebhook({ ctx: harness.ctx(), input: { webhook_id: webhook.webhook_id } });
  expect(await listWebhooks({ ctx: harness.ctx() })).toEqual([]);
});

test("a secret is shown once: no list, row or audit entry holds it", async () => {
  const { secret } = await create();
  const ctx = harness.ctx();
  const rows = await harness.db.select().from(webhooks);
  const audit = await harness.db
    .select()
    .from(auditEvents)
    .where(eq(auditEvents.subjectId, rows[0]?.id ?? ""));
  const seen = JSON.stringify([await listWebhooks({ ctx }), rows, audit]);
  expect(seen).not.toContain(secret.replace("whsec_", ""));
  expect((await listWebhooks({ ctx })).map((hook) => Webhook.parse(hook))).toHaveLength(1);
  expect(audit).toMatchObject([{ action: "webhook.create" }]);
});

test("only who manages notifications keeps webhooks, each name once", async () => {
  await create();
  await expect(create()).rejects.toMatchObject({ code: "conflict" });
  const ctx = contextOf(harness.db, ACTORS.reviewer);
  await expect(listWebhooks({ ctx })).rejects.toMatchObject({ code: "forbidden" });
});

describe("addresses of webhooks in production", () => {
  const strict = { SIDECAR_MODE: "production", WEBHOOK_PRIVATE_ADDRESSES: undefined } as const;

  it.each([
    ...["https://127.0.0.1/", "https://10.1.2.3/", "https://169.254.169.254/latest/meta-data"],
    ...["https://[::1]/", "https://[fd00::1]/", "https://[::ffff:10.0.0.1]/", "https://0x7f.1/"],
    ...["https://2130706433/", "https://[64:ff9b::7f00:1]/", "https://100.64.0.1/"],
  ])("refuses %s", (text) => {
    expect(() => assertWebhookUrl(strict, text)).toThrow(/public internet/);
  });

  it.each(["http://example.org/", "ftp://example.org/", "https://u:p@example.org/", "nonsense"])(
    "refuses %s as no address for it",
    (text) => {
      expect(() => assertWebhookUrl(strict, text)).toThrow(/address/);
    },
  );

  it("takes public addresses and names", () => {
    for (const text of [
      "https://example.org/x",
      "https://93.184.216.34/",
      "https://[2606:4700::1]/",
    ]) {
      expect(assertWebhookUrl(strict, text).protocol).toBe("https:");
    }
    expect(isPublicAddress("2606:4700::1111")).toBe(true);
    expect(isPublicAddress("not an address")).toBe(false);
  });

  it("refuses a name that leads to a private address, when it is called", async () => {
    const error = await new Promise((resolve) => {
      publicLookup("localhost", { all: true }, (refused) => resolve(refused));
    });
    expect(error).toMatchObject({ code: "not_executable" });
  });
});

test("a stored address that has become private is not called in production", async () => {
  await create();
  Object.assign(harness.root.settings, { WEBHOOK_PRIVATE_ADDRESSES: "refuse" });
  await harness.db.update(webhooks).set({ url: url.replace("http:", "https:") });
  await ask();
  Object.assign(harness.root.settings, { WEBHOOK_PRIVATE_ADDRESSES: "allow" });
  expect(received).toEqual([]);
  expect(await harness.deliveries()).toMatchObject([{ state: "failed" }]);
});
