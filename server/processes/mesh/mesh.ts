import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import postgres from "postgres";
import { AppError } from "@/server/platform";
import { ensureSecrets } from "@/server/platform/installation";
import { migrateDatabase } from "@/server/platform/migrations";
import { enrolAgent } from "@/server/registry";
import { report } from "../supervisor/console";
import { startCluster } from "../supervisor/database";
import { asInstaller } from "../supervisor/demo";
import { lockDataDir } from "../supervisor/lock";
import { assertBuilt, registrySpec } from "../supervisor/node-roles";
import { resolvePort } from "../supervisor/ports";
import { Supervisor } from "../supervisor/supervisor";
import { chooseBroker, redisSpec } from "./broker";
import { isAcquainted } from "./client";
import { composeEnvironment, type Environment } from "./environment";
import { type Domain, MEMBERS, type Member } from "./members";
import type { BrokerKind } from "./options";
import { prepareSidecar, type Sidecar, startSidecar } from "./sidecar";

const REGISTRY_PORT = 8080;
const REDIS_PORT = 6390;
const ACQUAINTED_MS_MAX = 60_000;
type Part = "base" | "registry" | Domain;

/**
 * Three sidecars with their data products, one registry and one broker, all on this machine: every part
 * has a supervisor and a folder of its own, so that each can be stopped and started again alone.
 */
export class Mesh {
  readonly #dir: string;
  readonly #onGiveUp: (message: string) => void;
  readonly #supervisors = new Map<Part, Supervisor>();
  readonly sidecars = new Map<Domain, Sidecar>();
  #registry: Environment | undefined;
  #stopped: Promise<void> | undefined;

  constructor(input: { dir: string; onGiveUp: (message: string) => void }) {
    this.#dir = input.dir;
    this.#onGiveUp = input.onGiveUp;
  }

  sidecar(domain: Domain): Sidecar {
    const found = this.sidecars.get(domain);
    if (found === undefined) throw new AppError("internal", `There is no sidecar of ${domain}.`);
    return found;
  }

  /** From nothing to a mesh in which all agents know each other. Answers the broker that was taken. */
  async start(asked: BrokerKind | null): Promise<BrokerKind> {
    assertBuilt();
    const kind = chooseBroker(asked);
    const base = await this.#supervise("base");
    this.#clear();
    report("starting the database");
    const urlOf = await startCluster(base, this.#folder("base"));
    const brokerUrl = await this.#startBroker(base, kind, urlOf);
    const registryUrl = await this.#prepareRegistry(urlOf);
    await this.startRegistry();
    for (const member of await placeMembers()) {
      const around = {
        ...{ registryUrl, brokerUrl, databaseUrl: await freshDatabase(urlOf, member.domain) },
        registryToken: await this.#enrol(member),
      };
      this.sidecars.set(member.domain, await prepareSidecar(member, around, this.#dir));
    }
    for (const { domain } of MEMBERS) await this.startSidecar(domain);
    await this.untilAcquainted();
    return kind;
  }

  async startSidecar(domain: Domain): Promise<void> {
    report(`starting the sidecar of ${domain}`);
    await startSidecar(await this.#supervise(domain), this.sidecar(domain));
  }

  async startRegistry(): Promise<void> {
    if (this.#registry === undefined) throw new AppError("internal", "No registry is prepared.");
    const { env, variables } = this.#registry;
    const supervisor = await this.#supervise("registry");
    await supervisor.start({ ...registrySpec({ env }), env: variables });
  }

  /** Ends a part for a while as a crash does, without a goodbye to anybody; what it has stored stays. */
  async crashPart(part: Exclude<Part, "base">): Promise<void> {
    await this.#supervisors.get(part)?.stop("SIGKILL");
    this.#supervisors.delete(part);
  }

  /** Ends a part for a while in order, as an administrator does. */
  async stopPart(part: Exclude<Part, "base">): Promise<void> {
    await this.#supervisors.get(part)?.stop();
    this.#supervisors.delete(part);
  }

  /** Stops everything, the database last; a second call waits for the first. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  async #stopAll(): Promise<void> {
    await Promise.all(MEMBERS.map(({ domain }) => this.#supervisors.get(domain)?.stop()));
    await this.#supervisors.get("registry")?.stop();
    await this.#supervisors.get("base")?.stop();
  }

  /** A proposal goes to whom the directory lists: every sidecar fetches it every few seconds. */
  async untilAcquainted(): Promise<void> {
    const ids = MEMBERS.map(({ agentId }) => agentId);
    const deadline = Date.now() + ACQUAINTED_MS_MAX;
    for (const sidecar of this.sidecars.values()) {
      while (!(await isAcquainted(sidecar, ids))) {
        if (Date.now() > deadline) {
          const { domain } = sidecar.member;
          const text = `${domain} has not come to know the other agents within a minute.`;
          throw new AppError("timeout", text);
        }
        await pause(500);
      }
    }
  }

  #folder(part: Part): string {
    return path.join(this.#dir, part);
  }

  async #supervise(part: Part): Promise<Supervisor> {
    if (this.#stopped !== undefined) throw new AppError("conflict", "The mesh is being stopped.");
    const dataDir = this.#folder(part);
    mkdirSync(dataDir, { recursive: true });
    const { lock, ended } = await lockDataDir(dataDir);
    if (ended.length > 0) report(`ended what a killed run had left: ${ended.join(", ")}`);
    const supervisor = new Supervisor({ dataDir, lock, onGiveUp: this.#onGiveUp });
    this.#supervisors.set(part, supervisor);
    return supervisor;
  }

  /** Every run begins from nothing; only the database's cluster is kept, as making one takes a while. */
  #clear(): void {
    for (const part of ["registry", ...MEMBERS.map(({ domain }) => domain)] as const) {
      rmSync(this.#folder(part), { recursive: true, force: true });
    }
  }

  async #startBroker(
    base: Supervisor,
    kind: BrokerKind,
    urlOf: (name: string) => string,
  ): Promise<string | null> {
    if (kind === "http") return null;
    if (kind === "redis") {
      const port = await resolvePort(REDIS_PORT);
      await base.start(redisSpec(port, this.#folder("base")));
      return `redis://127.0.0.1:${port}`;
    }
    const url = await freshDatabase(urlOf, "broker");
    await migrateDatabase(url);
    return url;
  }

  async #prepareRegistry(urlOf: (name: string) => string): Promise<string> {
    const dataDir = this.#folder("registry");
    mkdirSync(dataDir, { recursive: true });
    const port = await resolvePort(REGISTRY_PORT);
    const url = await freshDatabase(urlOf, "registry");
    await migrateDatabase(url);
    this.#registry = composeEnvironment({
      ...{ SIDECAR_DATA_DIR: dataDir, DATABASE_URL: url, DATABASE_POOL_MAX: "4" },
      ...{ SESSION_SECRET: ensureSecrets(dataDir).session_secret, AUTH_SECRET: "" },
      ...{ AGENT_ID: "registry", REGISTRY_PORT: String(port) },
    });
    return `http://127.0.0.1:${port}`;
  }

  /** Lets an agent register, as the registry's administrator would (`cli registry enrol`). */
  #enrol({ agentId, productId, domain }: Member): Promise<string> {
    if (this.#registry === undefined) throw new AppError("internal", "No registry is prepared.");
    const input = { agent_id: agentId, product_id: productId, domain };
    return asInstaller(this.#registry, async (ctx) => (await enrolAgent({ ctx, input })).token);
  }
}

/** A database that holds nothing of an earlier run. */
async function freshDatabase(urlOf: (name: string) => string, name: string): Promise<string> {
  const admin = postgres(urlOf("postgres"), { max: 1, onnotice: () => {} });
  try {
    await admin.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin.unsafe(`CREATE DATABASE ${name}`);
  } finally {
    await admin.end();
  }
  return urlOf(name);
}

/** The members with ports that are free now. */
async function placeMembers(): Promise<Member[]> {
  const placed: Member[] = [];
  for (const member of MEMBERS) {
    const port = await resolvePort(member.port);
    placed.push({ ...member, port, demoPort: await resolvePort(member.demoPort) });
  }
  return placed;
}
