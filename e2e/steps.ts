import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { readDemo } from "./demo";

/** Signs in as one of the demo's people and waits for the live inbox. */
export async function signIn(
  page: Page,
  name: "viewer" | "reviewer" | "admin",
  address = "/sign-in",
) {
  const user = readDemo().users.find(({ email }) => email.startsWith(`${name}@`));
  if (user === undefined) throw new Error(`The demo has no user ${name}.`);
  await page.goto(address);
  await page.getByLabel("Email").fill(user.email);
  await page.getByLabel("Password").fill(user.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Inbox", level: 1 })).toBeVisible();
  await expectLive(page);
}

export async function expectLive(page: Page) {
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
}

const LOOKS = [
  { name: "light", colorScheme: "light", width: 1360, height: 900 },
  { name: "dark", colorScheme: "dark", width: 1360, height: 900 },
  { name: "phone", colorScheme: "light", width: 390, height: 844 },
] as const;

/** Widths between and below those, of small phones and tablets: nothing may stick out there either. */
const OTHER_WIDTHS = [360, 768, 1024];

const expectNoOverflow = async (page: Page, what: string) => {
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow, `${what} scrolls sideways`).toBeLessThanOrEqual(0);
};

/** The page as it stands: accessible in light and dark, no sideways scroll, a picture of each. */
export async function inspect(page: Page, name: string) {
  for (const look of LOOKS) {
    await page.emulateMedia({ colorScheme: look.colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width: look.width, height: look.height });
    const isDark = look.colorScheme === "dark";
    await expect(page.locator("html.dark")).toHaveCount(isDark ? 1 : 0);
    await page.screenshot({ path: `test-results/${name}-${look.name}.png`, fullPage: true });
    await expectNoOverflow(page, `${name} (${look.name})`);
    const { violations } = await accessibility(page);
    const found = violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join(" | ")}`,
    );
    expect(found, `${name} (${look.name}) is accessible`).toEqual([]);
  }
  const [first] = LOOKS;
  for (const width of OTHER_WIDTHS) {
    await page.setViewportSize({ width, height: first.height });
    await expectNoOverflow(page, `${name} (${width} px)`);
  }
  await page.emulateMedia({ colorScheme: first.colorScheme });
  await page.setViewportSize({ width: first.width, height: first.height });
}

/** A picture for the documentation: kept (in docs/images) where DOCS_IMAGES names that folder. */
export async function takeDocsPicture(page: Page, name: string) {
  const folder = process.env.DOCS_IMAGES ?? "test-results";
  await page.screenshot({ path: `${folder}/${name}.png` });
}

/** Of one frame, and of what is violated alone: half the time on a page of many thousand elements. */
function accessibility(page: Page) {
  return new AxeBuilder({ page })
    .options({ resultTypes: ["violations"] })
    .setLegacyMode()
    .analyze();
}

const ANALYSIS_MS = 120_000;

/** Opens a measured suggestion that waits for review, asking for an analysis when there is none. */
export async function openMeasuredPending(page: Page) {
  await page.goto("/");
  const row = page
    .getByRole("listitem")
    .filter({ hasText: "measured" })
    .filter({ has: page.locator('[data-state-name="pending"]') })
    .first();
  await expect(page.getByRole("tab", { name: /To review/ })).toBeVisible();
  await expect(row).toBeVisible({ timeout: ANALYSIS_MS });
  await row.getByRole("link").click();
  await expect(page.getByRole("heading", { name: "Decision", exact: true })).toBeVisible();
}

/** Presses a decision button and the confirming one of its dialog. */
export async function act(page: Page, action: string, confirm: string, reason?: string) {
  await page
    .getByRole("complementary", { name: "Decision" })
    .getByRole("button", { name: action })
    .click();
  const dialog = page.getByRole("dialog");
  if (reason !== undefined) await dialog.getByLabel(/Reason/).fill(reason);
  await dialog.getByRole("button", { name: confirm, exact: true }).click();
}

/** Shows every suggestion as one whose test replayed 38% of the workload's time. */
export async function lowerCoverage(page: Page) {
  await page.route(/\/api\/trpc\/[^?]*suggestions\.(?:get|head)/, async (route) => {
    const response = await route.fetch();
    const answers: { result?: { data: { json: Record<string, unknown> } } }[] =
      await response.json();
    for (const { result } of answers) {
      if (result !== undefined && "coverage" in result.data.json) {
        result.data.json.coverage = { share: 0.38, required: 0.8, is_too_low: true };
      }
    }
    await route.fulfill({ response, json: answers });
  });
}

/**
 * Keeps the pages' approvals on their way until `release` is called and both have been sent:
 * neither page can have heard of the other's decision, and the service gets them together.
 */
export async function holdApprovals(pages: Page[]): Promise<() => Promise<void>> {
  const sent: (() => Promise<void>)[] = [];
  for (const page of pages) {
    await page.route("**/api/trpc/suggestions.approve**", (route) => {
      sent.push(() => route.continue());
    });
  }
  return async () => {
    await expect.poll(() => sent.length).toBe(pages.length);
    await Promise.all(sent.map((go) => go()));
  };
}
