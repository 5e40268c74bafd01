import { expect, test } from "vitest";
import { playwrightFailures, vitestFailures } from "./failures.mjs";

test("a failed test of vitest is named by its file, its name and the first line of its error", () => {
  const assertionResults = [
    { status: "passed", fullName: "adds", failureMessages: [] },
    { status: "failed", fullName: "divides", failureMessages: ["expected 2\n at divide.ts"] },
  ];
  expect(
    vitestFailures("/app", { testResults: [{ name: "/app/server/a.test.ts", assertionResults }] }),
  ).toEqual(["server/a.test.ts: divides: expected 2"]);
});

test("a failed journey is found in suites of suites, by its last error", () => {
  const failed = {
    ok: false,
    file: "approve.spec.ts",
    title: "a reviewer approves",
    tests: [{ results: [{ error: { message: "first" } }, { error: { message: "late\nstack" } }] }],
  };
  const passed = { ok: true, file: "approve.spec.ts", title: "signs in", tests: [] };
  const json = { suites: [{ specs: [passed], suites: [{ specs: [failed] }] }] };
  expect(playwrightFailures(json)).toEqual(["approve.spec.ts: a reviewer approves: late"]);
});

test("a runner that wrote no report names nothing", () => {
  expect(vitestFailures("/app", null)).toEqual([]);
  expect(playwrightFailures(null)).toEqual([]);
});
