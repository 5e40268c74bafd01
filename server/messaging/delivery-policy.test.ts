import { expect, test } from "vitest";
import {
  backoffMs,
  brokerPriority,
  handlingDelayMs,
  type Peer,
  planDelivery,
} from "./delivery-policy";

const PEER: Peer = { agentId: "b", url: "http://b", isOnBroker: true, failures: 0, openMs: null };
const DUE = { attempts: 0, lifeMs: 60_000, isSent: false };
const plan = (message: object = {}, peer: Peer | undefined = PEER, mayProbe = true) =>
  planDelivery(
    { ...DUE, ...message },
    { peer, receiptMs: 1000, mayProbe: () => mayProbe },
    () => 0.5,
  );

test("a message goes over the shared broker where there is one, else by HTTP", () => {
  expect(plan()).toMatchObject({ kind: "deliver", via: "broker" });
  expect(plan({}, { ...PEER, isOnBroker: false })).toMatchObject({ kind: "deliver", via: "http" });
});

test("a receipt is waited for longer with each attempt, never beyond the message's life", () => {
  const overdue = (attempts: number, lifeMs = 1e9) => plan({ attempts, lifeMs });
  expect(overdue(0)).toMatchObject({ overdueMs: 1250 });
  expect(overdue(3)).toMatchObject({ overdueMs: 3000 });
  expect(overdue(40)).toMatchObject({ overdueMs: 31_000 });
  expect(overdue(3, 100)).toMatchObject({ overdueMs: 100 });
});

test("without a route it waits until it expires, and then says why", () => {
  const nobody = planDelivery(DUE, { peer: undefined, receiptMs: 1000, mayProbe: () => true });
  expect(nobody).toMatchObject({ kind: "wait", error: expect.stringContaining("directory") });
  const given = { peer: undefined, receiptMs: 1000, mayProbe: () => true };
  expect(planDelivery({ ...DUE, lifeMs: -1 }, given)).toEqual({
    ...{ kind: "bury", deadReason: "no_route" },
  });
});

test("what was sent is given up a little after it expired: its receipt may be on the way", () => {
  expect(plan({ lifeMs: -500, isSent: true })).toEqual({ kind: "wait", delayMs: 1500 });
  expect(plan({ lifeMs: -2001, isSent: true })).toEqual({ kind: "bury", deadReason: "expired" });
  expect(plan({ lifeMs: -1 })).toEqual({ kind: "bury", deadReason: "expired" });
});

test("an open circuit lets nothing pass, a half-open one a single message", () => {
  const open = { ...PEER, failures: 5, openMs: 4000 };
  expect(plan({}, open)).toEqual({ kind: "wait", delayMs: 1000 });
  const halfOpen = { ...open, openMs: -1 };
  expect(plan({}, halfOpen)).toMatchObject({ kind: "deliver" });
  expect(plan({}, halfOpen, false)).toEqual({ kind: "wait", delayMs: 1000 });
  expect(plan({}, { ...open, failures: 4 })).toMatchObject({ kind: "deliver" });
});

test("on the broker, too, whatever waits comes to be as urgent as an urgent message", () => {
  expect([-5000, 0, 9999, 10_000, 59_999, 60_000].map(brokerPriority)).toEqual([4, 3, 3, 2, 2, 1]);
});

test("backoff grows to a minute and is spread over all of it", () => {
  expect([0, 1, 4, 20].map((attempts) => backoffMs(attempts, () => 1))).toEqual([
    ...[500, 1000, 8000, 60_000],
  ]);
  expect(backoffMs(9, () => 0)).toBe(0);
});

test("handling is tried again where that may help, for longer when others are the reason", () => {
  const delay = (code: Parameters<typeof handlingDelayMs>[0]["code"], attempts: number) =>
    handlingDelayMs({ code, attempts }, () => 1);
  expect(delay("not_found", 1)).toBeNull();
  expect(delay("internal", 5)).toBe(16_000);
  expect(delay("internal", 6)).toBeNull();
  expect(delay("product_unreachable", 500)).toBe(60_000);
});
