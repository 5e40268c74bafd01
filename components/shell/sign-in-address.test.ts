import { expect, test } from "vitest";
import { toLocalPath } from "@/app/sign-in/local-path";
import { signInAddress } from "./sign-in-address";

/** The page that sign-in leads to, as the sign-in page reads it from its address. */
const leadsTo = (asked: string | null) =>
  toLocalPath(new URL(signInAddress(asked), "http://own").searchParams.get("next") ?? "/");

test.each([
  "/",
  "/suggestions/sugg-0123456789ab",
  "/?tab=closed",
  "/workload?a=1&b=x%20y",
  "/suggestions/%C3%A9?q=a?b",
])("who asks for %s signed out is there after sign-in", (page) => {
  expect(new URL(leadsTo(page), "http://own").href).toBe(new URL(page, "http://own").href);
});

test("the address of a page's data leads to the page", () => {
  expect(leadsTo("/workload?_rsc=1x2y3")).toBe("/workload");
  expect(leadsTo("/?tab=closed&_rsc=1x2y3")).toBe("/?tab=closed");
});

test("the inbox needs no address, and no request names another site", () => {
  expect([null, "/", "/?_rsc=1"].map(signInAddress)).toEqual(["/sign-in", "/sign-in", "/sign-in"]);
  expect(leadsTo("//evil.example/x")).toBe("/");
});
