import { existsSync } from "node:fs";
import path from "node:path";
import { AppError, environmentWith } from "@/server/platform";
import { INFERENCE_ARGS } from "../inference/command";
import type { ChildSpec } from "./child-process";
import { answersHttp, answersStatus, beatsReady } from "./readiness";
import { ROOT, type Settings } from "./settings";

const PARENT_WATCHDOG = new URL("parent-watchdog.mjs", import.meta.url).href;

type NodeRole = Pick<
  ChildSpec,
  "role" | "label" | "isReady" | "readySecondsMax" | "isOptional" | "env"
>;

function nodeRole(role: NodeRole, args: string[]): ChildSpec {
  return {
    ...role,
    file: process.execPath,
    args: ["--import", PARENT_WATCHDOG, ...args],
    account: null,
    hasWatchdog: true,
    stopSignal: "SIGTERM",
  };
}

const typescript = (entry: string) => ["--import", "tsx", path.join(ROOT, entry)];

/** All the demo product is told. It is another team's program: no secret of the sidecar is among it. */
const DEMO_SETTINGS = [
  "SIDECAR_MODE",
  "LOG_LEVEL",
  "SIDECAR_DATA_DIR",
  "AGENT_ID",
  "DATA_PRODUCT_ID",
  "SIDECAR_JWKS_URL",
  "DEMO_PORT",
  "DEMO_DOMAIN",
  "DEMO_ROWS",
  "DEMO_QUERIES_PER_SECOND",
] as const;

/** The demo data product; its first start generates its rows. */
export function demoSpec({ env }: Settings): ChildSpec {
  const isReady = () => answersHttp(`http://127.0.0.1:${env.DEMO_PORT}/health`);
  return nodeRole(
    {
      role: "demo",
      label: "The demo data product",
      isReady,
      readySecondsMax: 300,
      env: environmentWith(DEMO_SETTINGS),
    },
    typescript("demo/main.ts"),
  );
}

/** The worker of proofs and executions; ready when its heartbeat says that it takes jobs. */
export function proverSpec({ env }: Settings): ChildSpec {
  const isReady = (pid: number) => beatsReady(env, { role: "prover", pid });
  return nodeRole(
    { role: "prover", label: "The prover", isReady, readySecondsMax: 60 },
    typescript("server/processes/prover/main.ts"),
  );
}

/** Delivers messages between agents and handles them; ready when its heartbeat says so. */
export function courierSpec({ env }: Settings): ChildSpec {
  const isReady = (pid: number) => beatsReady(env, { role: "courier", pid });
  return nodeRole(
    { role: "courier", label: "The courier", isReady, readySecondsMax: 60 },
    typescript("server/processes/courier/main.ts"),
  );
}

/** The registry of agents. */
export function registrySpec({ env }: Pick<Settings, "env">): ChildSpec {
  const isReady = (pid: number) => beatsReady(env, { role: "registry", pid });
  return nodeRole(
    { role: "registry", label: "The registry", isReady, readySecondsMax: 60 },
    typescript("server/processes/registry/main.ts"),
  );
}

/** The model; ready when it tells its status. Everything else works by rules without it. */
export function inferenceSpec({ env }: Pick<Settings, "env">): ChildSpec {
  return nodeRole(
    {
      role: "inference",
      label: "The inference worker",
      isReady: () => answersStatus(env),
      // Checksum and load of a model of many gigabytes.
      readySecondsMax: 300,
      isOptional: true,
    },
    INFERENCE_ARGS,
  );
}

/** Throws `misconfigured` when there is no build of the pages. */
export function assertBuilt(): void {
  if (!existsSync(path.join(ROOT, ".next", "BUILD_ID"))) {
    throw new AppError(
      "misconfigured",
      "There is no build of the web pages. Run `npm run build`, or `npm run up`, which does it.",
    );
  }
}

/** Pages and REST. */
export function webSpec({ env }: Settings): ChildSpec {
  const isReady = () => answersHttp(`http://127.0.0.1:${env.PORT}/agent/health`);
  return nodeRole(
    { role: "web", label: "The web server", isReady, readySecondsMax: 60 },
    typescript("server/processes/web/main.ts"),
  );
}
