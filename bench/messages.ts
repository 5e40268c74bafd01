import { spawn } from "node:child_process";
import { once } from "node:events";

/** `npm run bench -- messages [messages]`: durable messages between two sidecars, beside a bare worker. */
export async function benchMessages(args: string[]): Promise<void> {
  const file = "server/messaging/testing/bench-main.ts";
  const child = spawn(process.execPath, ["--import", "tsx", file, ...args], { stdio: "inherit" });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error("The benchmark failed.");
}
