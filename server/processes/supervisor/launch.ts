import { formatCount } from "@/server/format";
import { linkAddress, startFirstAdmin } from "@/server/identity";
import { hasLocalModel } from "@/server/inference";
import { explain, print, printError, report } from "./console";
import { openKnowledgeStore } from "./database";
import { asInstaller, assertNoDemo, type Demo, seedDemo, writeDemoFile } from "./demo";
import {
  assertBuilt,
  courierSpec,
  demoSpec,
  inferenceSpec,
  proverSpec,
  webSpec,
} from "./node-roles";
import { assertPortFree } from "./ports";
import { type Settings, shareSettings } from "./settings";
import { Interrupted, type Supervisor } from "./supervisor";

async function assertPorts({ env, hasDemoProduct }: Settings): Promise<void> {
  await assertPortFree(env.PORT, "PORT", "the web server");
  if (hasDemoProduct) await assertPortFree(env.DEMO_PORT, "DEMO_PORT", "the demo data product");
}

async function startRoles(supervisor: Supervisor, settings: Settings): Promise<void> {
  const { env, hasDemoProduct, hasProduct } = settings;
  if (hasDemoProduct) {
    const rows = formatCount(env.DEMO_ROWS);
    report(`starting the demo data product (its first start generates ${rows} rows)`);
  }
  const demo = hasDemoProduct ? [demoSpec(settings)] : [];
  await supervisor.startTogether([...demo, webSpec(settings)]);
  if (!hasProduct)
    report(
      "no data product is attached: connect one in the browser (Settings), or set DATA_PRODUCT_API",
    );
  // It waits for a product that may be connected in the browser.
  await supervisor.startTogether([proverSpec(settings), courierSpec(settings)]);
  await startInference(supervisor, settings);
}

/** Last: pages and proofs do not wait for a model. */
async function startInference(supervisor: Supervisor, settings: Settings): Promise<void> {
  try {
    if (settings.env.INFERENCE_URL !== undefined) report("the model at INFERENCE_URL is asked");
    else if (hasLocalModel(settings.env)) await supervisor.start(inferenceSpec(settings));
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    printError(`${explain(error)}\nNo model is asked; the others go on without it.`);
  }
}

function announce(settings: Settings, demo: Demo | null): void {
  print(`ready: ${settings.url}`);
  for (const user of demo?.users ?? []) {
    print(`  sign in: ${user.email}  ${user.password}  (${user.roles.join(", ")})`);
  }
}

/** Whoever started this installation becomes its first administrator by a link that works once. */
async function announceFirstAdmin(settings: Settings): Promise<void> {
  const made = await asInstaller(settings, (ctx) => startFirstAdmin({ ctx }));
  if (made === null) return;
  print(
    "Nobody administers this sidecar yet. Create the first administrator (once, within 24 hours):",
  );
  print(`  ${linkAddress(settings.env, made.token)}`);
}

/** Takes an installation from nothing to `ready`. */
export async function launch(supervisor: Supervisor, asked: Settings): Promise<void> {
  await assertPorts(asked);
  assertBuilt();
  const shared = shareSettings(asked);
  report("starting the database");
  const settings = await openKnowledgeStore(supervisor, shared);
  const demo = settings.isDemo ? await seedDemo(settings) : null;
  const hasAdmin = demo !== null || (await assertNoDemo(settings)).hasAdmin;
  await startRoles(supervisor, settings);
  if (demo !== null) writeDemoFile(settings.dataDir, demo);
  announce(settings, demo);
  if (!hasAdmin) await announceFirstAdmin(settings);
}
