import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { TRANSITIONS } from "@/server/contracts";
import { describeAction, describeChanges } from "./audit-words";
import { csvLine } from "./csv";

test("actions are told in words, known and unknown ones", () => {
  const told = ["suggestion.approve", "user.set_roles", "session.start", "model.register"].map(
    describeAction,
  );
  expect(told).toEqual([
    "Suggestion approved",
    "Roles of a person changed",
    "Signed in",
    "Model registered",
  ]);
  expect(["api_key.revoke", "automation.stop", "operation.withdraw"].map(describeAction)).toEqual([
    "API key revoked",
    "Automation stopped",
    "Operation withdrawn",
  ]);
  expect(describeAction("widget.apply")).toBe("Widget applied");
  expect(describeAction("widget.send_again")).toBe("Widget sent: again");
  expect(describeAction("restart")).toBe("Restart");
});

/** Every action that a transition or a source file of the server names. */
function actionsInUse(): string[] {
  const ofTransitions = Object.values(TRANSITIONS).flatMap((table) =>
    Object.values<{ action: string }>(table).map(({ action }) => action),
  );
  const sources = readdirSync("server", { recursive: true, encoding: "utf8" })
    .filter((path) => /\.ts$/.test(path) && !/\.test\.ts$|testing\//.test(path))
    .map((path) => readFileSync(`server/${path}`, "utf8"));
  const lines = sources.flatMap((source) =>
    [...source.matchAll(/\b(?:actions?\b|(?:audit|change)\w*\()[^\n;]*/gi)].map(([line]) => line),
  );
  const named = lines.flatMap((line) =>
    [...line.matchAll(/"([a-z_]+\.[a-z_]+)"/g)].map(([, action = ""]) => action),
  );
  return [...new Set([...ofTransitions, ...named])].sort();
}

/** Last words that a person has read. Of a new action: add its word, or give it a title. */
const PASTS = new Set(
  "accepted activated answered approved assigned cancelled changed claimed commented compensated completed continued countered created deactivated delivered discarded edited enrolled escalated executed expired failed given handled improved in invited issued joined judged kept left out promoted proposed quarantined queued received reevaluated refused registered rejected released reminded removed reopened replayed requested resumed retried returned reverted revised revoked rotated screened sent set started stopped superseded synced updated verified withdrawn".split(
    " ",
  ),
);

test("every action in use is told by a title or by a past that somebody has read", () => {
  const actions = actionsInUse();
  expect(actions).toEqual(
    expect.arrayContaining(["agent.leave", "automation.stop", "suggestion.remind", "user.link"]),
  );
  const wrong = actions.map(describeAction).filter((text) => {
    const [, past] = /^\S+(?: key)? (\S+)$/.exec(text) ?? [];
    return past === undefined ? text.includes(":") : !PASTS.has(past);
  });
  expect(wrong).toEqual([]);
  const titles = actions.map(describeAction);
  expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
});

test("changes name each field that differs, and no other", () => {
  const before = { roles: ["viewer"], is_active: true, name: "Ann" };
  const after = { roles: ["viewer", "admin"], is_active: false, name: "Ann" };
  expect(describeChanges(before, after)).toEqual([
    "Roles: viewer → viewer and admin",
    "Active: yes → no",
  ]);
  expect(describeChanges(null, { expires_at: "2026-11-28T10:00:00.000Z", scopes: [] })).toEqual([
    "Expires: 2026-11-28 10:00:00 UTC",
    "Scopes: none",
  ]);
  expect(describeChanges({ jwks_url: null, has_secret: true }, null)).toEqual([
    "Jwks url: none (before)",
    "Secret: yes (before)",
  ]);
  expect(describeChanges(null, null)).toEqual([]);
});

test("no cell of a CSV file is a formula, and quotes, commas and lines stay in their cell", () => {
  const formulas = ["=1+1", "+1", "@SUM(A1)", "-2+3", "\tx", "\r=x"];
  expect(csvLine(formulas)).toBe(`${formulas.map((text) => `"'${text}"`).join(",")}\r\n`);
  expect(csvLine(["-5", "12", 'say "hi", all\nof you', ""])).toBe(
    `"-5","12","say ""hi"", all\nof you",""\r\n`,
  );
});
