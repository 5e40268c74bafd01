import { mkdirSync } from "node:fs";
import path from "node:path";
import { issueServiceToken } from "@/server/identity";
import { ensureSecrets } from "@/server/platform/installation";
import { migrateDatabase } from "@/server/platform/migrations";
import type { ChildSpec } from "../supervisor/child-process";
import { asInstaller, type Demo, seedDemo, writeDemoFile } from "../supervisor/demo";
import { courierSpec, demoSpec, proverSpec, webSpec } from "../supervisor/node-roles";
import { readSettings, type Settings } from "../supervisor/settings";
import type { Supervisor } from "../supervisor/supervisor";
import { composeEnvironment, type Environment } from "./environment";
import type { Member } from "./members";

/** Small and quick to start: three of them share one machine. */
const SMALL = {
  DEMO_ROWS: "50000",
  DEMO_QUERIES_PER_SECOND: "2",
  DATABASE_POOL_MAX: "4",
  PROOF_SECONDS_MAX: "20",
  PROOF_SEARCH_SECONDS_MAX: "0",
  // Nothing is analyzed unasked: it would take the prover from the proposal.
  WORKLOAD_CALLS_MIN: "1000000000",
  VERIFY_SECONDS_MIN: "5",
  VERIFY_SECONDS_MAX: "15",
} as const;

/** What all sidecars of the mesh are told. */
export interface Surroundings {
  /** Of the sidecar's own database. */
  databaseUrl: string;
  registryUrl: string;
  /** Works once: with it the agent registers. */
  registryToken: string;
  /** null: messages go by HTTP. */
  brokerUrl: string | null;
}

/** One sidecar with its data product, before it is started. */
export interface Sidecar {
  member: Member;
  demo: Demo;
  /** Opens its data product, as the sidecar's own tokens do. */
  productToken: string;
  databaseUrl: string;
  /** In the order of the start; those of one step start together. */
  steps: ChildSpec[][];
}

function composeSidecar(
  member: Member,
  around: Surroundings,
  dataDir: string,
): Environment & { settings: Settings } {
  const { port, demoPort } = member;
  const { session_secret, auth_secret } = ensureSecrets(dataDir);
  const product = `http://127.0.0.1:${demoPort}`;
  const own = `http://127.0.0.1:${port}`;
  const environment = composeEnvironment({
    ...SMALL,
    ...{ SIDECAR_DATA_DIR: dataDir, DATABASE_URL: around.databaseUrl },
    ...{ SESSION_SECRET: session_secret, AUTH_SECRET: auth_secret },
    ...{ PORT: String(port), DEMO_PORT: String(demoPort), DEMO_DOMAIN: member.domain },
    ...{ AGENT_ID: member.agentId, AGENT_DOMAIN: member.domain, AGENT_URL: own },
    ...{ DATA_PRODUCT_ID: member.productId, DATA_PRODUCT_API: product },
    SIDECAR_JWKS_URL: `${own}/.well-known/jwks.json`,
    ...{ MCP_REGISTRY_URL: around.registryUrl, MCP_REGISTRY_TOKEN: around.registryToken },
    MCP_BROKER_URL: around.brokerUrl ?? "",
  });
  return { ...environment, settings: { ...readSettings(), env: environment.env } };
}

/** Makes a sidecar's folder, secrets, database, people and tokens. Nothing of it runs yet. */
export async function prepareSidecar(
  member: Member,
  around: Surroundings,
  meshDir: string,
): Promise<Sidecar> {
  const dataDir = path.join(meshDir, member.domain);
  mkdirSync(dataDir, { recursive: true });
  const { settings, variables } = composeSidecar(member, around, dataDir);
  const ofSidecar = (spec: ChildSpec): ChildSpec => ({
    ...spec,
    label: `${member.domain}: ${spec.label.toLowerCase()}`,
    // The product is another team's program: it is told less.
    env: spec.env ?? variables,
  });
  const steps = [
    [demoSpec(settings), webSpec(settings)],
    [proverSpec(settings), courierSpec(settings)],
  ].map((step) => step.map(ofSidecar));
  await migrateDatabase(around.databaseUrl);
  const demo = await seedDemo(settings);
  const { agentId: subject, productId: audience } = member;
  const productToken = await asInstaller(settings, (ctx) =>
    issueServiceToken({ ctx, input: { subject, audience, ttl_seconds: 86_400 } }),
  );
  writeDemoFile(dataDir, demo);
  return { member, demo, productToken, databaseUrl: around.databaseUrl, steps };
}

/** Starts a prepared sidecar; resolves when all of it can do its work. */
export async function startSidecar(supervisor: Supervisor, { steps }: Sidecar): Promise<void> {
  for (const step of steps) await supervisor.startTogether(step);
}
