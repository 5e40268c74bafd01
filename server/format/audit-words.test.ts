import { expect, test } from "vitest";
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
  expect(describeAction("widget.apply")).toBe("Widget applied");
  expect(describeAction("widget.send_again")).toBe("Widget sent: again");
  expect(describeAction("restart")).toBe("Restart");
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
