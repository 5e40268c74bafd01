import { spawn } from "node:child_process";
import { once } from "node:events";

/** `npm run bench -- dashboard [decisions]`: the inbox's lists and numbers in a database of very many decisions. */
export async function benchDashboard(args: string[]): Promise<void> {
  const file = "server/decisions/testing/bench-inbox-main.ts";
  const child = spawn(process.execPath, ["--import", "tsx", file, ...args], { stdio: "inherit" });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error("The benchmark failed.");
}
