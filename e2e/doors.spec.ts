import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, type Page, test } from "@playwright/test";
import { demoUrl } from "./demo";
import { expectLive, openMeasuredPending, signIn } from "./steps";

/** Everything the browser refused on this page because of its policy, or could not run, from now on. */
function watchPolicy(page: Page): string[] {
  const refused: string[] = [];
  // React reports here, too, that a page was not what the server had sent.
  page.on("pageerror", (error) => refused.push(`${page.url()}: ${error.message}`));
  page.on("console", (message) => {
    if (/Content Security Policy|violates the following/i.test(message.text())) {
      refused.push(`${page.url()}: ${message.text()}`);
    }
  });
  return refused;
}

test("no page needs more than its policy allows", async ({ page }) => {
  const refused = watchPolicy(page);
  await page.goto("/sign-in");
  await page.goto("/reference");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.goto("/no-such-page");
  await expect(page.getByText("There is nothing here")).toBeVisible();
  await signIn(page, "reviewer");
  for (const name of ["workload", "model", "audit", "health"]) {
    await page.goto(`/${name}`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expectLive(page);
  }
  // Charts, highlighted SQL, and what opens above the page.
  await openMeasuredPending(page);
  await page.getByRole("tab", { name: "Plan" }).click();
  await expect(page.getByText("SQL to be executed").first()).toBeVisible();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard" })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Account of/ }).click();
  await expect(page.getByRole("menuitem", { name: "Sign out" })).toBeVisible();
  expect(refused).toEqual([]);
});

test("a script without the page's nonce does not run", async ({ page }) => {
  const refused = watchPolicy(page);
  await page.goto("/sign-in");
  await page.evaluate(() => {
    const script = document.createElement("div");
    script.innerHTML = `<img src="x" onerror="document.title = 'injected'">`;
    document.body.append(script);
  });
  await expect.poll(() => refused.length).toBeGreaterThan(0);
  await expect(page).toHaveTitle(/Sign in/);
});

test("who asks for a page signed out is there after sign-in, with its query and its place", async ({
  page,
}) => {
  await signIn(page, "viewer", "/?tab=closed#main");
  await expect(page).toHaveURL(/\/\?tab=closed#main$/);
  await expect(page.getByRole("tab", { name: /^Closed/, selected: true })).toBeVisible();
});

for (const next of [
  "/.//evil.example",
  "/..//evil.example",
  "/%2e//evil.example",
  "//evil.example",
]) {
  test(`who signs in at ?next=${next} stays here, and who is signed in too`, async ({ page }) => {
    const outside: string[] = [];
    await page.route("**/*", (route) => {
      if (new URL(route.request().url()).origin === new URL(demoUrl()).origin) {
        return route.continue();
      }
      outside.push(route.request().url());
      return route.abort();
    });
    const address = `/sign-in?next=${encodeURIComponent(next)}`;
    await signIn(page, "viewer", address);
    await page.goto(address);
    await expect(page.getByRole("heading", { name: "Inbox", level: 1 })).toBeVisible();
    expect(outside).toEqual([]);
  });
}

test("the sign-in page of a demo tells its passwords to this machine's names only", async ({
  request,
}) => {
  const own = await request.get("/sign-in");
  expect(await own.text()).toContain("admin@demo.local");
  for (const host of ["evil.example", "evil.example:9000", "localhost:1"]) {
    for (const path of ["/sign-in", "/api/auth/csrf", "/api/auth/providers", "/agent/health"]) {
      const refused = await request.get(path, { headers: { host } });
      expect(refused.status()).toBe(400);
      expect(await refused.text()).not.toContain("demo.local");
    }
  }
});

test("a page on another port of this host decides nothing with the session of who opens it", async ({
  page,
}) => {
  await signIn(page, "reviewer");
  await openMeasuredPending(page);
  const id = new URL(page.url()).pathname.split("/").at(-1);
  const foreign = createServer((_, response) => {
    response.setHeader("content-type", "text/html").end("<title>foreign</title>");
  }).listen(0, "127.0.0.1");
  await once(foreign, "listening");
  const { port } = foreign.address() as AddressInfo;
  await page.goto(`http://localhost:${port}/`);
  await page.evaluate(
    async ([site, suggestion]) => {
      const form = new FormData();
      form.set("suggestion_id", suggestion ?? "");
      const send = { method: "POST", mode: "no-cors", credentials: "include" } as const;
      const text = JSON.stringify({ json: { suggestion_id: suggestion, reason: "forged" } });
      await fetch(`${site}/agent/suggestions/${suggestion}/approve`, send);
      await fetch(`${site}/agent/suggestions/${suggestion}/approve`, { ...send, body: text });
      await fetch(`${site}/api/trpc/suggestions.approve`, { ...send, body: form });
      await fetch(`${site}/api/trpc/suggestions.approve`, { ...send, body: text });
    },
    [demoUrl(), id],
  );
  foreign.close();
  await page.goto(`/suggestions/${id}`);
  await expect(page.locator('[data-state-name="pending"]').first()).toBeVisible();
});

test("signing out ends every copy of the session: an open page leaves, a copied cookie opens nothing", async ({
  browser,
  page,
}) => {
  await signIn(page, "viewer");
  const storageState = await page.context().storageState();
  const other = await browser.newContext({ storageState });
  const copy = await other.newPage();
  await copy.goto("/");
  await expectLive(copy);
  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: /Sign in/ })).toBeVisible();
  await expect(copy.getByRole("heading", { name: /Sign in/ })).toBeVisible();
  await other.clearCookies();
  await other.addCookies(storageState.cookies);
  await copy.goto("/");
  await expect(copy.getByRole("heading", { name: /Sign in/ })).toBeVisible();
  await other.close();
});
