import { chmodSync, rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { AppError } from "@/server/platform";
import { makeSocketDir } from "../wire/socket-path";

/** True when something accepts connections there. */
function isServed(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(socket);
    const settle = (answer: boolean) => {
      probe.destroy();
      resolve(answer);
    };
    probe.once("connect", () => settle(true));
    probe.once("error", () => settle(false));
  });
}

/**
 * Listens on a socket that only its owner may use; one left by a killed worker is replaced.
 * Throws `conflict` when another worker serves this data folder.
 */
export async function listenOn(socket: string): Promise<Server> {
  makeSocketDir(socket);
  if (await isServed(socket)) {
    throw new AppError("conflict", "Another inference worker serves this data folder.");
  }
  const isFile = process.platform !== "win32";
  if (isFile) rmSync(socket, { force: true });
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(socket, resolve);
  });
  if (isFile) chmodSync(socket, 0o600);
  return server;
}
