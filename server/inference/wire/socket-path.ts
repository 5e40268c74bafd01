import { chmodSync, lstatSync, mkdirSync } from "node:fs";
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
export function makeSocketDir(socket: string): void {
  if (process.platform === "win32") return;
  const dir = path.dirname(socket);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const stat = lstatSync(dir);
  if (!stat.isDirectory() || stat.uid !== process.getuid?.()) {
    throw new AppError("misconfigured", `${dir} belongs to somebody else.`);
  }
  chmodSync(dir, 0o700);
}
