import { expect, type Page, test } from "@playwright/test";
import { readDemo } from "./demo";
import { expectLive, signIn } from "./steps";

const COUNT = 10;

/** Asks for estimates, which need no test run: each about another table, with an index to suggest. */
async function askForEstimates(page: Page, run: string) {
  for (let n = 0; n < COUNT; n++) {
    const table = `keys_${run}_${n}`;
    const answer = await page.request.post("/agent/analyze", {
      headers: { origin: new URL(readDemo().url).origin },
      data: {
        operation_type: "schema_optimization",
        context: {
          table_name: table,
          row_count: 3_000_000,
          query_patterns: [{ query: `SELECT * FROM ${table} WHERE code = ?`, frequency: 500 }],
          current_schema: [
            { name: "id", type: "BIGINT", indexed: false },
            { name: "code", type: "VARCHAR", indexed: false },
          ],
        },
      },
    });
    expect(answer.status()).toBe(200);
    expect(await answer.json()).toMatchObject({ state: "pending", basis: "estimate" });
  }
}

/** A reason in words is asked for where none is given: the focus goes to its field. */
async function giveReason(page: Page, reason: string) {
  await page.keyboard.press("Control+Enter");
  const field = page.getByRole("textbox", { name: "Reason" });
  await expect(field).toBeFocused();
  await page.keyboard.type(reason);
}

test("ten suggestions are reviewed by keyboard alone", async ({ page }) => {
  await signIn(page, "reviewer");
  const run = Date.now().toString(36);
  await askForEstimates(page, run);
  await page.goto(`/?tab=review&q=keys_${run}`);
  await expectLive(page);
  const rows = page.locator("li[data-id]");
  await expect(rows).toHaveCount(COUNT);
  const { keyboard } = page;
  const dialog = page.getByRole("dialog");

  // In the list: approved, rejected with a reason, put off. The focus goes on to the next row each time.
  await keyboard.press("j");
  for (const key of ["a", "r", "a", "s"]) {
    const current = page.locator("li[data-current]");
    const id = await current.getAttribute("data-id");
    await expect(current.getByRole("link")).toBeFocused();
    await keyboard.press(key);
    if (key !== "s") {
      await expect(dialog).toBeVisible();
      if (key === "r") await giveReason(page, "Not worth its space.");
      await keyboard.press("Control+Enter");
      await expect(dialog).toHaveCount(0);
    }
    await expect(page.locator(`li[data-id="${id}"]`)).toHaveCount(0);
    await expect(page.locator("li[data-current]").getByRole("link")).toBeFocused();
  }
  await expect(rows).toHaveCount(COUNT - 4);

  // Two at once.
  await keyboard.press("x");
  await keyboard.press("j");
  await keyboard.press("x");
  await keyboard.press("a");
  await expect(dialog).toContainText("Approve 2 suggestions?");
  await keyboard.press("Control+Enter");
  await expect(rows).toHaveCount(COUNT - 6);

  // On the pages: a decision leads to the link to the next one, Enter or n opens it.
  await keyboard.press("Enter");
  for (let left = COUNT - 6; left > 0; left--) {
    await expect(page).toHaveURL(/\/suggestions\//);
    const address = page.url();
    await expect(page.getByRole("button", { name: "Reject" }).first()).toBeVisible();
    await keyboard.press(left % 2 === 0 ? "a" : "r");
    await expect(dialog).toBeVisible();
    if (left % 2 === 1) await giveReason(page, "Another index does the same.");
    await keyboard.press("Control+Enter");
    await expect(dialog).toHaveCount(0);
    if (left === 1) break;
    const next = page.getByRole("link", { name: /^Next:/ });
    await expect(next).toBeFocused();
    await keyboard.press(left % 2 === 0 ? "Enter" : "n");
    await expect(page).not.toHaveURL(address);
  }
  // What else waits after the last of them is the demo's.
  await expect(page.getByRole("button", { name: "Reject" })).toHaveCount(0);
  await keyboard.press("u");
  await page.goto(`/?tab=review&q=keys_${run}`);
  await expect(page.getByText("No suggestion matches")).toBeVisible();
});
