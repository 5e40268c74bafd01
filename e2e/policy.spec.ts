import { expect, type Page, test } from "@playwright/test";
import { act, expectLive, inspect, signIn } from "./steps";

const TESTED_MS = 120_000;
const EXECUTED_MS = 60_000;
const COLUMN = "review_note3";

/** Asks for a column that nobody uses yet, and stays on its suggestion until it can be decided. */
async function askForColumn(page: Page) {
  await page.goto("/workload");
  await expectLive(page);
  await page.getByRole("tab", { name: "Tables" }).click();
  await page.getByRole("button", { name: "Test a change" }).click();
  const form = page.getByRole("dialog");
  await form.getByLabel("Table").selectOption("projects");
  await form.getByLabel("Column").fill(COLUMN);
  await form.getByLabel("Type").fill("VARCHAR");
  await form.getByLabel("Reason (optional)").fill("Reviewers keep notes.");
  await form.getByRole("button", { name: "Start test run" }).click();
  await expect(page).toHaveURL(/\/suggestions\/sugg-/);
  await expect(page.locator('[data-state-name="pending"]')).toBeVisible({ timeout: TESTED_MS });
}

/** Every change needs so many administrators beside one reviewer. */
async function demandAdmins(page: Page, count: number) {
  await page.goto("/policies");
  await expectLive(page);
  await page.getByRole("button", { name: "Edit policy" }).click();
  await page.getByLabel("Admins").first().fill(String(count));
  await page.getByLabel("Why is it changed?").fill(`${count} admins beside a reviewer.`);
  await page.getByRole("button", { name: "Save policy" }).click();
  await expect(page.getByText("The policy was stored.")).toBeVisible();
}

/** Engages the emergency stop, or lifts it. */
async function pullStop(page: Page, button: string, confirm: string) {
  await page.goto("/policies");
  await expectLive(page);
  await page.getByRole("button", { name: button }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(/Reason/).fill("An incident of the data product.");
  await dialog.getByRole("button", { name: confirm, exact: true }).click();
  await expect(dialog).toHaveCount(0);
}

test("two people approve, an emergency stop refuses the execution, and its end lets it begin", async ({
  browser,
  page,
}) => {
  const context = await browser.newContext();
  const admin = await context.newPage();
  await signIn(admin, "admin");
  await demandAdmins(admin, 1);
  await signIn(page, "reviewer");
  await askForColumn(page);
  const decision = page.getByRole("complementary", { name: "Decision" });

  await test.step("one approval is not enough, and nobody gives two", async () => {
    await act(page, "Approve", "Approve", "The column is wanted.");
    await expect(decision.getByText("1 of 1 reviewer")).toBeVisible();
    await expect(decision.getByText("0 of 1 admin")).toBeVisible();
    await expect(page.locator('[data-state-name="pending"]')).toBeVisible();
    await expect(decision.getByText("You have approved this.")).toBeVisible();
    await expect(decision.getByRole("button", { name: "Approve" })).toHaveCount(0);
    await inspect(page, "suggestion-approved-by-one");
    await admin.goto(page.url());
    await act(admin, "Approve", "Approve", "Two of us looked.");
    await expect(page.locator('[data-state-name="approved"]')).toBeVisible();
  });

  await test.step("while stopped nothing is executed, and afterwards it is", async () => {
    await pullStop(admin, "Stop all automation", "Stop now");
    await expect(page.getByText("An incident of the data product.")).toBeVisible();
    await act(page, "Execute", "Execute now");
    await expect(page.getByText("Nothing is executed.")).toBeVisible();
    await expect(page.locator('[data-state-name="approved"]').first()).toBeVisible();
    await inspect(page, "suggestion-stopped");
    await pullStop(admin, "Lift the stop", "Lift the stop");
    await act(page, "Execute", "Execute now");
    await expect(page.locator('[data-operation="execute"]')).toHaveAttribute(
      "data-state",
      "executed",
      { timeout: EXECUTED_MS },
    );
  });

  await demandAdmins(admin, 0);
  await context.close();
});
