import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const DemoFile = z.object({
  url: z.url(),
  users: z.array(z.object({ email: z.string(), password: z.string(), role: z.string() })),
});
type Demo = z.infer<typeof DemoFile>;

/** What the running demo wrote about itself. Fails with a sentence when no demo is running. */
export function readDemo(): Demo {
  const dataDir = process.env.SIDECAR_DATA_DIR ?? ".data";
  try {
    return DemoFile.parse(JSON.parse(readFileSync(join(dataDir, "demo.json"), "utf8")));
  } catch (cause) {
    throw new Error(`No demo in ${dataDir}: start one (npm run up) or set SIDECAR_DATA_DIR.`, {
      cause,
    });
  }
}

/** Where the demo answers. Without one the default address, so that tools can read the config. */
export function demoUrl(): string {
  try {
    return readDemo().url;
  } catch {
    return "http://localhost:9000";
  }
}

/** The browser named by the environment, else the system's; undefined: Playwright's own. */
export function chromiumPath(exists: (path: string) => boolean): string | undefined {
  const system = "/usr/bin/chromium";
  return process.env.PLAYWRIGHT_CHROMIUM_PATH ?? (exists(system) ? system : undefined);
}
