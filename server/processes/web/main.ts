import { createServer, type Server } from "node:http";
import { fileURLToPath } from "node:url";
import next from "next";
import { listenAddress, type Root, shareRoot } from "@/server/platform";
import { textReader } from "@/server/workload";
import { type RunningProcess, runProcess } from "../run-process";
import { frontDoor } from "./front-door";

/** Where the program itself lies, with the build of the pages. */
const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Longest wait for the headers of a request; Node hangs up so long after its body was due. */
const HEADERS_SECONDS_MAX = 15;
const CHECK_SECONDS = 5;

/** Requests on their way get this long at the end; event streams never end by themselves. */
const DRAIN_SECONDS = 2;

function listen(server: Server, port: number, host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve());
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const drained = setTimeout(() => server.closeAllConnections(), DRAIN_SECONDS * 1000);
    server.close(() => {
      clearTimeout(drained);
      resolve();
    });
  });
}

/** Pages, REST and live updates: Next.js behind the front door. */
async function startWeb(root: Root): Promise<RunningProcess> {
  const { settings } = root;
  const host = listenAddress(settings);
  shareRoot(root);
  // Made here, where the program's files lie as they were written; its threads start when they are needed.
  const reader = textReader();
  const pages = next({
    dev: false,
    dir: ROOT,
    port: settings.PORT,
    hostname: host ?? "localhost",
    // Never listens: Next.js would answer upgrades on ours, past the door. Nothing here takes any.
    httpServer: createServer(),
  });
  await pages.prepare();
  const server = createServer(
    {
      headersTimeout: HEADERS_SECONDS_MAX * 1000,
      requestTimeout: (settings.REQUEST_BODY_SECONDS_MAX + HEADERS_SECONDS_MAX) * 1000,
      connectionsCheckingInterval: CHECK_SECONDS * 1000,
    },
    frontDoor(root, pages.getRequestHandler()),
  );
  await listen(server, settings.PORT, host);
  return {
    async stop() {
      await close(server);
      await pages.close();
      await reader.close();
    },
  };
}

runProcess("web", startWeb);
