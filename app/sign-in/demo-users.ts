import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const DemoFile = z.object({
  users: z.array(z.object({ email: z.string(), password: z.string(), roles: z.array(z.string()) })),
});
export type DemoUser = z.infer<typeof DemoFile>["users"][number];

/** The demo's users, from the file its start wrote. None when there is no such file yet. */
export async function readDemoUsers(dataDir: string): Promise<DemoUser[]> {
  try {
    const parsed = DemoFile.safeParse(
      JSON.parse(await readFile(join(dataDir, "demo.json"), "utf8")),
    );
    return parsed.success ? parsed.data.users : [];
  } catch {
    return [];
  }
}
