import { chmodSync, lstatSync, mkdirSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import os from "node:os";
import path from "node:path";
import { AppError, shortHash } from "@/server/platform";

/** sockaddr_un holds 104 bytes on macOS, 108 on Linux, the final zero among them. */
const PATH_BYTES_MAX = 100;
const NAME = "worker.sock";

/** Where the worker of a data folder listens: a file in it, on Windows a named pipe. */
export function socketPath(dataDir: string): string {
  const absolute = path.resolve(dataDir);
  if (process.platform === "win32") return `\\\\.\\pipe\\sidecar-inference-${shortHash(absolute)}`;
  const file = path.join(absolute, "inference", NAME);
  if (Buffer.byteLength(file) <= PATH_BYTES_MAX) return file;
  const user = process.getuid?.() ?? 0;
  return path.join(os.tmpdir(), `sidecar-${user}-${shortHash(absolute)}`, NAME);
}

/** Makes the socket's folder, for its owner only. Throws `misconfigured` for a foreign one. */
function makeSocketDir(socket: string): void {
  if (process.platform === "win32") return;
  const dir = path.dirname(socket);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const stat = lstatSync(dir);
  if (!stat.isDirectory() || stat.uid !== process.getuid?.()) {
    throw new AppError("misconfigured", `${dir} belongs to somebody else.`);
  }
  chmodSync(dir, 0o700);
}

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

/** Longest line either side reads: the longest prompt, escaped, with room to spare. */
const LINE_BYTES_MAX = 4 * 1024 * 1024;
const NEWLINE = 10;

/**
 * Calls `onValue` with every line's JSON. A line too long or no JSON ends the connection: what
 * follows could not be understood either.
 */
export function readLines(socket: Socket, onValue: (value: unknown) => void): void {
  let parts: Buffer[] = [];
  let size = 0;
  socket.on("data", (data: Buffer) => {
    let rest = data;
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      const line = Buffer.concat([...parts, rest.subarray(0, end)]).toString("utf8");
      parts = [];
      size = 0;
      rest = rest.subarray(end + 1);
      let value: unknown;
      try {
        value = JSON.parse(line);
      } catch {
        socket.destroy();
        return;
      }
      onValue(value);
    }
    size += rest.length;
    if (size > LINE_BYTES_MAX) socket.destroy();
    else if (rest.length > 0) parts.push(rest);
  });
}

/** Writes one value as a line; false when the connection is gone. */
export function writeLine(socket: Socket, value: unknown): boolean {
  if (socket.destroyed || !socket.writable) return false;
  socket.write(`${JSON.stringify(value)}\n`);
  return true;
}
