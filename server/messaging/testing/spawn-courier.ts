import { type ChildProcess, spawn } from "node:child_process";
import { environmentWith } from "@/server/platform";
import type { Side } from "./side";

const FILE = "server/messaging/testing/courier-process.ts";

/** A side's courier as a process of its own; `args`: see courier-process.ts. */
export function spawnCourier(
  side: Side,
  given: { databaseUrl: string; brokerUrl: string | null; args: readonly string[] },
): ChildProcess {
  const { AGENT_ID, DATA_PRODUCT_ID, AGENT_DOMAIN = "", SESSION_SECRET = "" } = side.root.settings;
  return spawn(process.execPath, ["--import", "tsx", FILE, ...given.args], {
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    env: {
      ...environmentWith([]),
      ...{ AGENT_ID, DATA_PRODUCT_ID, AGENT_DOMAIN, SESSION_SECRET },
      ...(given.brokerUrl === null ? {} : { MCP_BROKER_URL: given.brokerUrl }),
      ...{ DATABASE_URL: given.databaseUrl, MODEL_MANIFEST: "no-models.json" },
      ...{ NODE_ENV: "test", SIDECAR_MODE: "demo", LOG_LEVEL: "error" },
    },
  });
}
