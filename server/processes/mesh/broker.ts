import { spawnSync } from "node:child_process";
import { createConnection } from "node:net";
import { environmentWith } from "@/server/platform";
import type { ChildSpec } from "../supervisor/child-process";
import type { BrokerKind } from "./options";

/** Where there is no redis-server, PostgreSQL carries the messages. */
export function chooseBroker(asked: BrokerKind | null): BrokerKind {
  if (asked !== null) return asked;
  return spawnSync("redis-server", ["--version"]).status === 0 ? "redis" : "postgres";
}

/** A Redis of the mesh's own that keeps nothing on disk. */
export function redisSpec(port: number, dir: string): ChildSpec {
  const quiet = ["--save", "", "--appendonly", "no", "--loglevel", "warning"];
  return {
    role: "redis",
    label: "The broker (Redis)",
    file: "redis-server",
    args: ["--port", String(port), "--bind", "127.0.0.1", "--dir", dir, ...quiet],
    env: environmentWith([]),
    account: null,
    hasWatchdog: false,
    stopSignal: "SIGTERM",
    isReady: () => answersPing(port),
    readySecondsMax: 20,
  };
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: "127.0.0.1" }, () => socket.write("PING\r\n"));
    const end = (isReady: boolean) => {
      socket.destroy();
      resolve(isReady);
    };
    socket.setTimeout(1000, () => end(false));
    socket.once("error", () => end(false));
    socket.once("data", (answer) => end(answer.toString().startsWith("+PONG")));
  });
}
