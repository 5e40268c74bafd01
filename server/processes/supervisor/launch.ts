import { formatCount } from "@/server/format";
import { hasLocalModel } from "@/server/inference";
import { explain } from "./advice";
import type { ChildSpec } from "./child-spec";
import { type Crew, Interrupted } from "./crew";
import { assertNoDemo, type Demo, seedDemo, writeDemoFile } from "./demo";
import { openKnowledgeStore } from "./knowledge-store";
import { inferenceSpec, proverSpec, spawnSpec, webSpec } from "./node-roles";
import { assertPortFree } from "./ports";
import { complain, print, report } from "./progress";
import { type Settings, shareSettings } from "./settings";

async function assertPorts({ env, hasSpawn }: Settings): Promise<void> {
  await assertPortFree(env.PORT, "PORT", "the web server");
  if (hasSpawn) await assertPortFree(env.SPAWN_PORT, "SPAWN_PORT", "the demo data product");
}

async function startRoles(crew: Crew, settings: Settings, web: ChildSpec): Promise<void> {
  const product = settings.hasSpawn ? crew.start(spawnSpec(settings)) : Promise.resolve();
  if (settings.hasSpawn) {
    const rows = formatCount(settings.env.SPAWN_ROWS);
    report(`starting the demo data product (its first start generates ${rows} rows)`);
  }
  // Both are awaited even when one fails, so that nothing starts behind a stop.
  const results = await Promise.allSettled([product, crew.start(web)]);
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  if (settings.hasProduct) await crew.start(proverSpec());
  else report("no data product is attached (DATA_PRODUCT_API): answers are estimates");
  await startInference(crew, settings);
}

/** Last: pages and proofs do not wait for a model. */
async function startInference(crew: Crew, settings: Settings): Promise<void> {
  try {
    if (settings.env.INFERENCE_URL !== undefined) report("the model at INFERENCE_URL is asked");
    else if (hasLocalModel(settings.env)) await crew.start(inferenceSpec(settings));
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    complain(`${explain(error)}\nNo model is asked; the others go on without it.`);
  }
}

function announce(settings: Settings, demo: Demo | null): void {
  print(`ready: ${settings.url}`);
  for (const user of demo?.users ?? []) {
    print(`  sign in: ${user.email}  ${user.password}  (${user.roles.join(", ")})`);
  }
}

/** Takes an installation from nothing to `ready`. */
export async function launch(crew: Crew, settings: Settings): Promise<void> {
  await assertPorts(settings);
  const web = webSpec(settings);
  shareSettings(settings);
  report("starting the database");
  await openKnowledgeStore(crew, settings);
  const demo = settings.isDemo ? await seedDemo(settings) : null;
  const hasAdmin = demo !== null || (await assertNoDemo()).hasAdmin;
  await startRoles(crew, settings, web);
  if (demo !== null) writeDemoFile(settings.dataDir, demo);
  announce(settings, demo);
  if (!hasAdmin) {
    print("Nobody can sign in yet: npm run cli -- users create --roles admin --email <address>");
  }
}
