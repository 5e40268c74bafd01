import { expect, type Page, test } from "@playwright/test";
import { startIdentityProvider } from "@/server/testing/identity-provider";
import { demoUrl } from "./demo";
import { expectLive, inspect, signIn } from "./steps";

/** A fresh browser session beside the administrator's. */
async function otherPage(page: Page) {
  const context = await page.context().browser()?.newContext();
  if (context === undefined) throw new Error("There is no browser.");
  return context.newPage();
}

/** The secret that a dialog shows once; closes it. */
async function takeSecret(page: Page): Promise<string> {
  const text = await page.getByRole("dialog").locator("[data-secret]").textContent();
  await page.getByRole("button", { name: "Done" }).click();
  return text ?? "";
}

async function invite(page: Page, email: string): Promise<string> {
  await page.goto("/settings");
  await expect(page.getByRole("heading", { name: "People", level: 1 })).toBeVisible();
  await page.getByRole("button", { name: "Invite a person" }).click();
  await page.getByRole("dialog").getByLabel("Email").fill(email);
  await page.getByRole("button", { name: "Make the link" }).click();
  await expect(page.getByText("Shown only now")).toBeVisible();
  return takeSecret(page);
}

test("pages of administration are accessible and fit a phone; a viewer is led to none", async ({
  page,
}) => {
  await signIn(page, "admin");
  for (const name of ["people", "keys", "products", "products/connect", "retention"]) {
    await page.goto(`/settings/${name}`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expectLive(page);
    await inspect(page, `settings-${name.replace("/", "-")}`);
  }
  const viewer = await otherPage(page);
  await signIn(viewer, "viewer");
  await expect(viewer.getByRole("link", { name: "Settings" })).toHaveCount(0);
  const answer = await viewer.goto("/settings");
  expect(answer?.status()).toBe(404);
  await viewer.context().close();
});

test("an invited person joins by the link, once, and is deactivated", async ({ page }) => {
  await signIn(page, "admin");
  const link = await invite(page, "joan@example.org");
  await expect(page.getByText("Open invitations")).toBeVisible();
  const guest = await otherPage(page);
  await guest.goto(link);
  await expect(guest.getByText("For joan@example.org, as viewer.")).toBeVisible();
  await inspect(guest, "join");
  await guest.getByLabel("Name").fill("Joan");
  await guest.getByLabel("Password").fill("a long enough password");
  await guest.getByRole("button", { name: "Join" }).click();
  await expect(guest.getByRole("heading", { name: "Inbox", level: 1 })).toBeVisible();
  const late = await otherPage(page);
  await late.goto(link);
  await expect(late.getByText("This link cannot be used")).toBeVisible();
  await late.context().close();

  await page.goto("/settings/people");
  await page.getByRole("button", { name: "Actions for joan@example.org" }).click();
  await page.getByRole("menuitem", { name: "Deactivate" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Deactivate" }).click();
  await expect(page.getByText("deactivated", { exact: true })).toBeVisible();
  await expect(guest.getByRole("heading", { name: /Sign in/ })).toBeVisible();
  await guest.context().close();
});

test("a key is shown once, and revoked", async ({ page }) => {
  await signIn(page, "admin");
  await page.goto("/settings/keys");
  await page.getByRole("button", { name: "Create a key" }).click();
  await page.getByLabel("Name").fill("nightly report");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  const key = await takeSecret(page);
  const headers = { "x-api-key": key };
  expect((await page.request.get("/agent/suggestions", { headers })).status()).toBe(200);
  const row = page.getByRole("listitem").filter({ hasText: "nightly report" });
  await row.getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(row.getByText("revoked")).toBeVisible();
  const refused = await page.context().browser()?.newContext();
  const answer = await refused?.request.get(`${demoUrl()}/agent/suggestions`, { headers });
  expect(answer?.status()).toBe(401);
  await refused?.close();
});

test("the wizard explains what is wrong with a product, and connects one that keeps the contract", async ({
  page,
}) => {
  await signIn(page, "admin");
  await page.goto("/settings/products/connect");
  const id = page.getByLabel("Product id");
  const own = await id.inputValue();
  const next = page.getByRole("button", { name: "Continue" });
  await id.fill("another-product");
  await next.click();
  await expect(page.getByText("What the product has to know of this sidecar")).toBeVisible();
  await next.click();
  // The token names another product than the one that answers: refused, and said so.
  const checks = page.getByRole("list", { name: "Contract check" });
  await expect(checks.getByRole("img", { name: "fault" }).first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Connect", exact: true })).toBeDisabled();
  await inspect(page, "settings-products-check");
  await page.getByRole("button", { name: "Back" }).click();
  await page.getByRole("button", { name: "Back" }).click();
  await id.fill(own);
  await next.click();
  await next.click();
  await expect(page.getByText("The product keeps the contract.")).toBeVisible();
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await expect(page.getByText("this page")).toBeVisible();
  await page.getByRole("button", { name: "Disconnect" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
  await expect(page.getByText("DATA_PRODUCT_API", { exact: true })).toBeVisible();

  await page.goto("/audit?action=product.connect");
  const entry = page.getByRole("listitem").filter({ hasText: "Data product connected" });
  await expect(entry.first()).toBeVisible();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Export CSV" }).click(),
  ]);
  expect(file.suggestedFilename()).toBe("audit.csv");
});

test("a person who was invited signs in through the identity provider", async ({ page }) => {
  const issuer = new URL(process.env.OIDC_ISSUER ?? "http://127.0.0.1:0");
  test.skip(issuer.port === "0", "This demo was started without an identity provider.");
  const provider = await startIdentityProvider(demoUrl(), Number(issuer.port));
  provider.accounts.set("olga", { email: "olga@example.org", email_verified: true, name: "Olga" });
  await signIn(page, "admin");
  await invite(page, "olga@example.org");
  const guest = await otherPage(page);
  await guest.goto("/workload");
  await guest.getByRole("button", { name: "Sign in with single sign-on" }).click();
  await guest.getByLabel("Account").fill("olga");
  await guest.getByRole("button", { name: "Continue" }).click();
  await expect(guest.getByRole("heading", { name: /Workload/, level: 1 })).toBeVisible();
  await guest.getByRole("button", { name: "Account of olga@example.org" }).click();
  await expect(guest.getByText("viewer", { exact: true })).toBeVisible();
  await guest.context().close();
  await provider.close();
});
