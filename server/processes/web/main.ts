import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import next from "next";
import { followServedProduct } from "@/server/data-product";
import { listenAddress, type Root, shareRoot } from "@/server/platform";
import { textReader } from "@/server/workload";
import { closeServer, HEADERS_SECONDS_MAX, listenOn } from "../http-server";
import { type RunningProcess, runProcess } from "../run-process";
import { frontDoor } from "./front-door";

/** Where the program itself lies, with the build of the pages. */
const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

const CHECK_SECONDS = 5;

/** Requests on their way get this long at the end; event streams never end by themselves. */
const DRAIN_MS = 2000;

/** Pages, REST and live updates: Next.js behind the front door. */
async function startWeb(root: Root): Promise<RunningProcess> {
  const { settings } = root;
  const host = listenAddress(settings);
  const stopFollowing = await followServedProduct(root);
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
  await listenOn(server, settings.PORT, host);
  return {
    async stop() {
      await closeServer(server, DRAIN_MS);
      await stopFollowing();
      await pages.close();
      await reader.close();
    },
  };
}

runProcess("web", startWeb);
