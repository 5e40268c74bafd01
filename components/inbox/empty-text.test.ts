import { expect, test } from "vitest";
import { emptyText } from "./empty-text";
import { INBOX_TABS } from "./tabs";

test("while a test runs, an empty inbox says so, and asks nobody to start one", () => {
  const text = emptyText("review", 1);
  expect(text?.text).toMatch(/^A test run is in progress\./);
  expect(JSON.stringify(text)).not.toMatch(/Analyze now|decided/);
  expect(emptyText("review", 0)?.text).toContain("Analyze now");
});

test("every tab has words for being empty, and only the first speaks of test runs that go on", () => {
  for (const { name } of INBOX_TABS) {
    expect(emptyText(name, 0)?.title).toMatch(/^No/);
    if (name !== "review") expect(emptyText(name, 1)).toEqual(emptyText(name, 0));
  }
});
