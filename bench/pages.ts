import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { chromium } from "@playwright/test";
import { chromiumPath, demoUrl, readDemo } from "@/e2e/demo";
import { quantile } from "@/server/statistics";

/** Every page of the shell; `:suggestion` is the first of the inbox. */
const PAGES = [
  ...["/", "/suggestions/:suggestion", "/results", "/workload", "/conversations", "/agents"],
  ...["/dead-letters", "/policies", "/model", "/audit", "/health", "/outbox", "/preferences"],
  ...["/settings/people", "/settings/keys", "/settings/products", "/settings/retention"],
  "/reference",
];
/** A phone's processor, as Lighthouse takes it: four times slower. */
const SPEEDS = [
  { name: "desktop", size: { width: 1360, height: 900 }, slowdown: 1 },
  { name: "phone", size: { width: 390, height: 844 }, slowdown: 4 },
] as const;
type Speed = (typeof SPEEDS)[number];
const LOADS = 5;
/** A page is loaded when nothing was painted or fetched for so long. */
const QUIET_MS = 1500;
const RESULT_FILE = "bench/results/pages.json";

interface Load {
  /** Largest contentful paint, ms. */
  lcpMs: number;
  /** Total blocking time: of each long task what is over 50 ms, those before the first paint included. */
  tbtMs: number;
  /** Scripts as they are sent, compressed. */
  scriptBytes: number;
  htmlBytes: number;
  nodes: number;
}

/** Runs in the page before anything of it. */
function watchPaint() {
  const seen = { lcpMs: 0, tbtMs: 0 };
  Object.assign(window, { __seen: seen });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.lcpMs = entry.startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) seen.tbtMs += Math.max(0, duration - 50);
  }).observe({ type: "longtask", buffered: true });
}

async function loadOnce(
  context: BrowserContext,
  path: string,
  { size, slowdown }: Speed,
): Promise<Load> {
  const page = await context.newPage();
  await page.setViewportSize(size);
  await page.addInitScript(watchPaint);
  const cdp = await context.newCDPSession(page);
  await cdp.send("Network.enable");
  await cdp.send("Network.setCacheDisabled", { cacheDisabled: true });
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
  const kinds = new Map<string, string>();
  const bytes = { Script: 0, Document: 0 };
  cdp.on("Network.responseReceived", ({ requestId, type }) => kinds.set(requestId, type));
  cdp.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const kind = kinds.get(requestId);
    if (kind === "Script" || kind === "Document") bytes[kind] += encodedDataLength;
  });
  const answer = await page.goto(path, { waitUntil: "load" });
  if (answer?.status() !== 200) throw new Error(`${path} was answered ${answer?.status()}.`);
  await page.waitForTimeout(QUIET_MS);
  const seen = await page.evaluate(() => ({
    ...(window as unknown as { __seen: { lcpMs: number; tbtMs: number } }).__seen,
    nodes: document.getElementsByTagName("*").length,
  }));
  await page.close();
  return { ...seen, scriptBytes: bytes.Script, htmlBytes: bytes.Document };
}

async function signIn(browser: Browser): Promise<BrowserContext> {
  const admin = readDemo().users.find(({ role }) => role.includes("admin"));
  if (admin === undefined) throw new Error("The demo has no administrator.");
  const context = await browser.newContext({ baseURL: demoUrl() });
  const page: Page = await context.newPage();
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill(admin.email);
  await page.getByLabel("Password").fill(admin.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("heading", { name: "Inbox", level: 1 }).waitFor();
  return context;
}

/** Address of the first suggestion that the inbox links to; null: there is none yet. */
async function firstSuggestion(context: BrowserContext): Promise<string | null> {
  const page = await context.newPage();
  await page.goto("/?tab=all", { waitUntil: "networkidle" }).catch(() => null);
  const link = page.locator('a[href^="/suggestions/"]').first();
  const href = await link.getAttribute("href", { timeout: 10_000 }).catch(() => null);
  await page.close();
  return href;
}

/**
 * What a browser does to show each page of a running demo (`npm run up`), signed in as an
 * administrator, nothing cached: medians of LOADS loads, at a desktop's speed and at a phone's.
 */
export async function benchPages(): Promise<void> {
  const executablePath = chromiumPath(existsSync);
  const browser = await chromium.launch({
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    ...(executablePath === undefined ? {} : { executablePath }),
  });
  try {
    const context = await signIn(browser);
    const suggestion = await firstSuggestion(context);
    const rows: Record<string, Record<string, number>> = {};
    for (const path of PAGES) {
      if (path.includes(":suggestion") && suggestion === null) continue;
      const address = path.replace("/suggestions/:suggestion", suggestion ?? "");
      rows[path] = await measurePage(context, address);
      console.log(path, rows[path]);
    }
    const result = { name: "pages", measured_at: new Date().toISOString(), loads: LOADS, rows };
    mkdirSync("bench/results", { recursive: true });
    writeFileSync(RESULT_FILE, `${JSON.stringify(result, null, 2)}\n`);
    console.table(rows);
    console.log(`Medians of ${LOADS} loads. Written to ${RESULT_FILE}`);
  } finally {
    await browser.close();
  }
}

async function measurePage(context: BrowserContext, path: string): Promise<Record<string, number>> {
  const row: Record<string, number> = {};
  for (const speed of SPEEDS) {
    const { name } = speed;
    const loads: Load[] = [];
    for (let n = 0; n < LOADS; n += 1) loads.push(await loadOnce(context, path, speed));
    const middle = (of: (load: Load) => number) =>
      Math.round(
        quantile(
          loads.map(of).sort((a, b) => a - b),
          0.5,
        ),
      );
    row[`lcp_ms_${name}`] = middle((load) => load.lcpMs);
    row[`tbt_ms_${name}`] = middle((load) => load.tbtMs);
    if (name !== "desktop") continue;
    row.script_kb = middle((load) => load.scriptBytes / 1000);
    row.html_kb = middle((load) => load.htmlBytes / 1000);
    row.nodes = middle((load) => load.nodes);
  }
  return row;
}
