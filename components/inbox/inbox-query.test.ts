import { expect, test } from "vitest";
import { countFilters, listInput, readQuery, writeQuery } from "./inbox-query";

const read = (address: string) => readQuery(new URLSearchParams(address));

test("an address is read as it was written", () => {
  const view = {
    search: "order total",
    kind: ["add_index" as const, "drop_index" as const],
    risk: ["high" as const],
    basis: "measured" as const,
    product_id: "spawn",
    assignee: "me" as const,
    is_unread: true,
    is_snoozed: false,
    sort: "expiry" as const,
  };
  const address = writeQuery("closed", view);
  const query = read(address.slice(address.indexOf("?")));
  expect(query.tab.name).toBe("closed");
  expect(query.view).toEqual(view);
  expect(countFilters(query.view)).toBe(8);
});

test("what makes no sense is left out, and the rest is kept", () => {
  const { tab, view } = read(
    "tab=nowhere&kind=DROP&risk=purple&sort=up&q=a&assignee=x&unread=maybe",
  );
  expect(tab.name).toBe("review");
  expect(view).toEqual({ search: "a" });
});

test("what waits for review comes by impact, without what is snoozed, unless asked otherwise", () => {
  expect(listInput(read(""))).toMatchObject({
    sort: "impact",
    is_snoozed: false,
    state: ["pending"],
  });
  expect(listInput(read("sort=newest&snoozed=1"))).toMatchObject({
    sort: "newest",
    is_snoozed: true,
  });
  expect(listInput(read("tab=all"))).toEqual({});
});
