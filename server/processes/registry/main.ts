import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { registryApp } from "@/server/api/registry";
import { createRestServices } from "@/server/api/rest";
import { listenAddress, type Root, systemContext } from "@/server/platform";
import { migrateDatabase } from "@/server/platform/migrations";
import { expireLeases, forgetUsedTokens } from "@/server/registry";
import { closeServer, HEADERS_SECONDS_MAX, listenOn } from "../http-server";
import { type RunningProcess, runProcess } from "../run-process";
import { frontDoor } from "../web/front-door";

/** A lease that has ended is noticed within this time. */
const SWEEP_MS = 1000;
/** Requests on their way get this long at the end; readers of the feed wait longer. */
const DRAIN_MS = 1000;

/** Ends leases by the clock, again and again. Answers what stops it. */
function startSweeping(root: Root): () => Promise<void> {
  const ctx = systemContext(root, "lease expiry");
  let isStopping = false;
  let timer: NodeJS.Timeout | undefined;
  const sweep = async () => {
    await expireLeases({ ctx });
    await forgetUsedTokens({ ctx });
  };
  let running = Promise.resolve();
  const next = () => {
    running = sweep()
      .catch((error: unknown) => root.log.warn({ err: error }, "leases were not looked at"))
      .then(() => {
        if (!isStopping) timer = setTimeout(next, SWEEP_MS);
      });
  };
  next();
  return async () => {
    isStopping = true;
    clearTimeout(timer);
    await running;
  };
}

/** The registry of agents: REST on REGISTRY_PORT, everything it knows in its database. */
async function startRegistry(root: Root): Promise<RunningProcess> {
  // Nobody starts it for us, as the supervisor does a sidecar's processes.
  await migrateDatabase(root.settings.DATABASE_URL);
  const services = createRestServices(root);
  const { REGISTRY_PORT: PORT, REQUEST_BODY_SECONDS_MAX } = root.settings;
  const listener = getRequestListener((request) => registryApp.fetch(request, services));
  // The door answers to the names of PUBLIC_URL and ALLOWED_HOSTS, and to this machine's on its port.
  const door = frontDoor({ log: root.log, settings: { ...root.settings, PORT } }, async (i, o) => {
    await listener(i, o);
  });
  const server = createServer(
    {
      headersTimeout: HEADERS_SECONDS_MAX * 1000,
      requestTimeout: (REQUEST_BODY_SECONDS_MAX + HEADERS_SECONDS_MAX) * 1000,
    },
    door,
  );
  await listenOn(server, PORT, listenAddress(root.settings));
  root.log.info({ port: PORT }, "registry started");
  const stopSweeping = startSweeping(root);
  return {
    async stop() {
      await closeServer(server, DRAIN_MS);
      await stopSweeping();
    },
  };
}

runProcess("registry", startRegistry);
