import { expect, test } from "@playwright/test";
import {
  act,
  expectLive,
  holdApprovals,
  inspect,
  lowerCoverage,
  openMeasuredPending,
  signIn,
  takeDocsPicture,
} from "./steps";

const JUDGED_MS = 120_000;
const REVERTED_MS = 60_000;

/** How the suggestion stands by each verdict on the live workload: a loaded machine may honestly give any of them. */
const STATE_BY_VERDICT: Record<string, string> = {
  confirmed: "verified",
  confirmed_with_regressions: "verified",
  inconclusive: "executed",
  regressed: "reverted",
};

test("a viewer sees the evidence and no action", async ({ page }) => {
  await signIn(page, "viewer");
  await expect(page.getByRole("button", { name: "Analyze now" })).toHaveCount(0);
  await openMeasuredPending(page);
  await expect(page.getByRole("heading", { name: "Proposed changes" })).toBeVisible();
  for (const name of ["Approve", "Reject", "Execute", "Roll back"]) {
    await expect(page.getByRole("button", { name, exact: true })).toHaveCount(0);
  }
  await expect(page.getByRole("checkbox")).toHaveCount(0);
});

test("a wrong password is refused in plain words", async ({ page }) => {
  await page.goto("/sign-in");
  await inspect(page, "sign-in");
  await page.getByLabel("Email").fill("reviewer@demo.local");
  await page.getByLabel("Password").fill("certainly not the password");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByText("Incorrect email or password")).toBeVisible();
});

test("every other page is accessible and fits a phone", async ({ page }) => {
  await signIn(page, "reviewer");
  await inspect(page, "inbox");
  const titles = {
    workload: "Workload of duckdb-spawn",
    policies: "Policies",
    results: "Results",
    model: "Model",
    audit: "Audit",
    health: "Health",
    outbox: "Notifications",
    preferences: "Notification preferences",
  };
  for (const [name, title] of Object.entries(titles)) {
    await page.goto(`/${name}`);
    await expect(page).toHaveTitle(`${title} · Agentic Sidecar`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expectLive(page);
    await inspect(page, name);
  }
  await page.goto("/health");
  const prover = page
    .getByRole("table", { name: "Processes" })
    .getByRole("row", { name: /prover/ });
  await expect(prover).toContainText("ok");
  await page.goto("/workload");
  // By role: while the page streams in, a hidden copy of it is in the document too.
  const patterns = page.getByRole("tabpanel", { name: "Query patterns" });
  await expect(patterns.getByText("Queries DuckDB could not parse")).toBeVisible();
  await patterns.getByText("About trends").click();
  await page.getByRole("button", { name: /^all \d/, pressed: true }).click();
  await inspect(page, "workload-drift");
  await page.getByRole("tab", { name: "Tables" }).click();
  await expect(page.getByRole("region", { name: "Table projects" }).first()).toBeVisible();
  await inspect(page, "workload-tables");
  for (const path of ["sugg-000000", "1;drop", "sugg-%00", "op-0123456789ab", "a".repeat(300)]) {
    const answer = await page.goto(`/suggestions/${path}`);
    expect(answer?.status()).toBe(404);
    await expect(page).toHaveTitle("Not found · Agentic Sidecar");
    await expect(page.getByText("There is no such suggestion")).toBeVisible();
  }
  await inspect(page, "not-found");
});

test("keys open the first suggestion, list themselves, and lead back", async ({ page }) => {
  await signIn(page, "reviewer");
  await expect(page.locator('[data-state-name="pending"]').first()).toBeVisible();
  await page.keyboard.press("j");
  await expect(page.locator("[data-current]")).toHaveCount(1);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard" })).toContainText("Next suggestion");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  const account = page.getByRole("button", { name: /^Account of/ });
  await account.click();
  await page.getByRole("menuitem", { name: "Keyboard shortcuts" }).click();
  await expect(page.getByRole("dialog", { name: "Keyboard" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(account).toBeFocused();
  await account.blur();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Decision", exact: true })).toBeVisible();
  await page.keyboard.press("u");
  await expect(page.getByRole("heading", { name: "Inbox", level: 1 })).toBeVisible();
});

test("a click without a connection keeps the page, says so, and is carried out afterwards", async ({
  context,
  page,
}) => {
  await signIn(page, "viewer");
  const link = (name: string) => page.getByRole("link", { name, exact: true });
  const title = (name: string) => page.getByRole("heading", { name, level: 1 });
  const notice = page.getByRole("region", { name: "Connection" });
  // Nobody may be led to what their role refuses.
  await expect(link("Health")).toBeVisible();
  await expect(link("Audit")).toHaveCount(0);

  await context.setOffline(true);
  await link("Workload").click();
  await expect(notice).toContainText("You are offline");
  await expect(title("Inbox")).toBeVisible();
  await notice.getByRole("button", { name: "Try again" }).click();
  await expect(notice).toContainText("Still offline");
  await inspect(page, "offline");
  await context.setOffline(false);
  await expect(title("Workload")).toBeVisible();
  await expect(notice).toHaveCount(0);

  // The browser believes that it has a connection: the sidecar alone does not answer.
  await page.route("**/*", (route) => route.abort());
  await link("Model").click();
  await expect(notice).toContainText("You are offline");
  await expect(title("Workload")).toBeVisible();
  await page.unroute("**/*");
  await expect(title("Model")).toBeVisible();
});

test("what rests on too little of the workload is approved only after a person's word", async ({
  page,
}) => {
  await signIn(page, "reviewer");
  await lowerCoverage(page);
  const approvals: string[] = [];
  await page.route("**/api/trpc/suggestions.approve**", (route) => {
    approvals.push(route.request().postData() ?? "");
    return route.abort();
  });
  await openMeasuredPending(page);
  // What the server rendered stays until the page's live updates have it asked for again.
  await page.reload();
  await expectLive(page);
  await page
    .getByRole("complementary", { name: "Decision" })
    .getByRole("button", { name: "Approve" })
    .click();
  const dialog = page.getByRole("dialog");
  const confirm = dialog.getByRole("button", { name: "Approve", exact: true });
  await expect(dialog.getByText("replayed only 38% of the workload's time")).toBeVisible();
  await expect(confirm).toBeDisabled();
  await dialog.getByRole("checkbox").click();
  await confirm.click();
  await expect.poll(() => approvals.length).toBe(1);
  expect(approvals[0]).toContain('"acknowledges_coverage":true');
  // The page asks again by itself: a request that is on its way has no test any more to answer it.
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("from evidence through two deciders at once to a verdict on the live workload, and back", async ({
  browser,
  page,
}) => {
  await signIn(page, "reviewer");
  await openMeasuredPending(page);
  await expect(page.getByText("Time saved, whole workload").first()).toBeVisible();
  await takeDocsPicture(page, "suggestion");
  // Every tab has an address of its own, and holds what it says.
  await page.getByRole("tab", { name: "Plan" }).click();
  await expect(page).toHaveURL(/[?]tab=plan$/);
  await expect(page.getByText("SQL to be executed").first()).toBeVisible();
  await expect(page.getByText("Rollback SQL").first()).toBeVisible();
  await inspect(page, "suggestion-plan");
  await page.getByRole("tab", { name: "History" }).click();
  await expect(page.getByRole("heading", { name: "Audit log" })).toBeVisible();
  await page.getByRole("tab", { name: /^Alternatives/ }).click();
  // The index that looks plausible: either not worth a test, or tested and rejected, and it says why.
  const status = page.locator('[data-alternative="add_index:projects:status"]');
  await status.locator("summary").first().click();
  await expect(status.locator("details[open]")).toContainText("CREATE INDEX");
  await inspect(page, "suggestion-pending");
  // A dialog gives the focus back to the button that opened it.
  for (const name of ["Approve", "Reject"]) {
    const button = page.getByRole("button", { name, exact: true });
    await button.click();
    await expect(page.getByRole("dialog")).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(button).toBeFocused();
  }

  // Somebody else has the same question open when the decision falls.
  const other = await browser.newContext();
  const otherPage = await other.newPage();
  await signIn(otherPage, "admin");
  await otherPage.goto(page.url());
  const release = await holdApprovals([page, otherPage]);
  await act(page, "Approve", "Approve", "Measured on all rows; the costs are acceptable.");
  await act(otherPage, "Approve", "Approve", "I was looking at it as well.");
  await release();
  const message = "Someone else already decided this";
  await expect(page.getByText("Approved. You can execute it now.")).toBeVisible();
  await expect
    .poll(async () => {
      const said = await Promise.all(
        [page, otherPage].map((each) => each.getByText(message).count()),
      );
      return said.reduce((sum, count) => sum + count, 0);
    })
    .toBe(1);
  await other.close();

  await act(page, "Execute", "Execute now");
  const execution = page.locator('[data-operation="execute"]');
  await expect(execution).toBeVisible();
  // Nothing else loads the machine while the live workload is watched.
  const verdict = execution.locator("[data-verification]");
  await expect(verdict).not.toHaveAttribute("data-verification", "verifying", {
    timeout: JUDGED_MS,
  });
  const said = (await verdict.getAttribute("data-verification")) ?? "";
  await expect(page.locator(`[data-state-name="${STATE_BY_VERDICT[said]}"]`)).toBeVisible({
    timeout: REVERTED_MS,
  });
  await expect(execution.getByText("Whole workload", { exact: true })).toBeVisible();
  await expect(execution.getByText("Actual time saved")).toBeVisible();
  await expect(execution.getByText("Expected from the test run")).toBeVisible();
  await inspect(page, "suggestion-judged");

  // A regression rolls back by itself.
  if (said !== "regressed") await act(page, "Roll back", "Roll back now");
  await expect(page.locator('[data-state-name="reverted"]')).toBeVisible({ timeout: REVERTED_MS });
  await inspect(page, "suggestion-reverted");
});
