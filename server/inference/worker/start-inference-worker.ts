import { existsSync } from "node:fs";
import os from "node:os";
import { AppError, type Logger, type Settings } from "@/server/platform";
import { openEngine } from "../engine/engine";
import { shareCores } from "../engine/lanes";
import { defaultModel, readManifest } from "../engine/manifest";
import { openRedisStore, ResponseCache } from "../response-cache";
import { listenOn, socketPath } from "../socket";
import { answerConnection, type Connection } from "./answer-connection";
import { InferenceService } from "./inference-service";

const DRAIN_POLL_MS = 20;

export interface InferenceWorker {
  /** Accepts nothing new, lets what runs end for `secondsMax`, refuses the rest. */
  stop(secondsMax: number): Promise<void>;
}

/** True when there is a model that a worker could load: MODEL_PATH, or one of the manifest. */
export function hasLocalModel(env: Settings): boolean {
  if (env.INFERENCE_URL !== undefined) return false;
  return (
    env.MODEL_PATH !== undefined ||
    defaultModel(undefined, readManifest(env.MODEL_MANIFEST)) !== null
  );
}

/** The model a worker starts with by itself; null: none. */
export function defaultModelFile(
  env: Settings,
): { name: string; file: string; sha256: string | null } | null {
  const source = defaultModel(env.MODEL_PATH, readManifest(env.MODEL_MANIFEST));
  return source && { name: source.name, file: source.path, sha256: source.sha256 };
}

/** Loads the model and serves it on the data folder's socket. Throws like Engine.load. */
export async function startInferenceWorker(env: Settings, log: Logger): Promise<InferenceWorker> {
  const manifest = () => readManifest(env.MODEL_MANIFEST);
  const source = defaultModel(env.MODEL_PATH, manifest());
  if (source === null || !existsSync(source.path)) {
    const file = source?.path ?? env.MODEL_MANIFEST;
    throw new AppError("misconfigured", `There is no model to load: ${file} does not exist.`);
  }
  const engine = await openEngine({
    ...shareCores(
      { lanes: env.INFERENCE_LANES, threads: env.INFERENCE_THREADS },
      os.availableParallelism(),
    ),
    sequences: env.INFERENCE_SEQUENCES,
    contextTokensMax: env.INFERENCE_CONTEXT,
  });
  const model = await engine.load(source);
  const shared =
    env.REDIS_URL === undefined ? null : openRedisStore(env.REDIS_URL, env.INFERENCE_CACHE_SECONDS);
  const service = new InferenceService({
    engine,
    model,
    cache: new ResponseCache(env.INFERENCE_CACHE_ENTRIES, shared),
    manifest,
    queueMax: env.INFERENCE_QUEUE_MAX,
    sequences: env.INFERENCE_SEQUENCES,
    log,
  });
  const server = await listenOn(socketPath(env.SIDECAR_DATA_DIR));
  const connections = new Set<Connection>();
  let isDraining = false;
  server.on("connection", (socket) => {
    const connection = answerConnection(socket, service, () => isDraining);
    connections.add(connection);
    socket.on("close", () => connections.delete(connection));
  });
  log.info({ model: model.info.name, sha256: model.info.sha256 }, "inference worker ready");
  return {
    async stop(secondsMax) {
      isDraining = true;
      server.close();
      await drained(connections, secondsMax * 1000);
      for (const connection of connections) connection.close();
      await service.close();
    },
  };
}

/** Resolves when no call is open, or the time is over. */
function drained(connections: Set<Connection>, millisecondsMax: number): Promise<void> {
  const until = performance.now() + millisecondsMax;
  return new Promise((resolve) => {
    const look = () => {
      const isIdle = [...connections].every((connection) => connection.open() === 0);
      if (isIdle || performance.now() >= until) resolve();
      else setTimeout(look, DRAIN_POLL_MS);
    };
    look();
  });
}
