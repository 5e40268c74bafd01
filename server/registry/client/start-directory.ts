import { DirectoryChanges } from "@/server/contracts";
import { type Root, systemContext, toAppError } from "@/server/platform";
import { applyChanges, keepFailure, readState } from "../directory/apply-changes";
import { type ClientContext, callRegistry } from "./call-registry";
import { ownRegistration } from "./own-card";
import { beat, register, signOff } from "./register";
import { startLoop } from "./retry-loop";

/** How often and how long; tests have shorter ones. */
export interface DirectoryTimes {
  /** Three fit into a lease. */
  beatMs: number;
  /** Longest wait for a change. */
  waitSeconds: number;
  /** The whole directory is asked for again this often: last signs of life are news to nobody else. */
  wholeMs: number;
  /** First pause after a failure; later ones grow. */
  retryMs: number;
}

const TIMES: DirectoryTimes = { beatMs: 9000, waitSeconds: 20, wholeMs: 60_000, retryMs: 500 };
/** Beyond the time that the registry was asked to wait. */
const ANSWER_MS = 5000;
const GOODBYE_MS_MAX = 1500;

interface DirectoryStatus {
  /** False: there is no registry (MCP_REGISTRY_URL). */
  isConfigured: boolean;
  isRegistered: boolean;
  /** Why it is not registered, or the feed not followed; null: nothing is wrong. */
  error: string | null;
}

export interface RunningDirectory {
  status(): DirectoryStatus;
  /** Tells the registry that the agent is offline for now, for a short while, and ends. */
  stop(): Promise<void>;
}

/** Keeps this agent registered: again whenever what it says of itself has changed, its keys above all. */
function keepRegistered(
  ctx: ClientContext,
  times: DirectoryTimes,
  told: (error: string | null) => void,
) {
  let registeredAs: string | null = null;
  return startLoop(
    async () => {
      const registration = await ownRegistration(ctx);
      const card = JSON.stringify(registration.card);
      if (card === registeredAs) {
        // Whatever the registry says against it: the next turn registers anew.
        registeredAs = null;
        await beat(ctx);
      } else await register(ctx, registration);
      registeredAs = card;
      told(null);
      return times.beatMs;
    },
    {
      firstMs: times.retryMs,
      onFailure: async (error) => {
        const { message } = toAppError(error);
        told(message);
        ctx.log.warn({ err: error }, "this agent is not registered; trying again");
        await keepFailure(ctx, message);
      },
    },
  );
}

/** Follows the registry's change feed into our own copy of the directory. */
function follow(
  ctx: ClientContext,
  times: DirectoryTimes,
  { isRegistered, told }: { isRegistered: () => boolean; told: (error: string | null) => void },
) {
  let wholeAtMs = Number.NEGATIVE_INFINITY;
  return startLoop(
    async (signal) => {
      // Nobody is told anything before it is registered; why it is not, is told by that.
      if (!isRegistered()) return times.beatMs;
      const isWhole = performance.now() - wholeAtMs >= times.wholeMs;
      const since = isWhole ? 0 : ((await readState(ctx))?.version ?? 0);
      const path = `/registry/changes?since=${since}&wait=${times.waitSeconds}`;
      const msMax = times.waitSeconds * 1000 + ANSWER_MS;
      const call = { method: "GET" as const, path, answer: DirectoryChanges, msMax, signal };
      await applyChanges(ctx, await callRegistry(ctx, call));
      if (isWhole) wholeAtMs = performance.now();
      told(null);
      return 0;
    },
    {
      firstMs: times.retryMs,
      onFailure: async (error) => {
        const { message } = toAppError(error);
        told(message);
        await keepFailure(ctx, message);
      },
    },
  );
}

/**
 * Keeps this agent in the registry and the registry's directory here, from now on: registers, renews the
 * lease, tells new keys, follows the changes. Without the registry the directory stays as it was last
 * told. For one process of the sidecar; several do no harm. Without MCP_REGISTRY_URL it does nothing.
 */
export function startDirectory(root: Root, times: DirectoryTimes = TIMES): RunningDirectory {
  if (root.settings.MCP_REGISTRY_URL === undefined) {
    const status = { isConfigured: false, isRegistered: false, error: null };
    return { status: () => status, stop: async () => undefined };
  }
  const ctx = systemContext(root, "directory");
  const errors: Record<"registering" | "following", string | null> = {
    registering: "Not registered yet.",
    following: null,
  };
  const registering = keepRegistered(ctx, times, (error) => {
    const isNews = errors.registering !== error;
    errors.registering = error;
    if (error === null && isNews) following.wake();
  });
  const following = follow(ctx, times, {
    isRegistered: () => errors.registering === null,
    told: (error) => {
      errors.following = error;
    },
  });
  const subscribed = root.bus
    .subscribe(({ topic }) => {
      // A key was rotated, maybe.
      if (topic === "identity") registering.wake();
    })
    .catch((error: unknown) => {
      root.log.warn({ err: error }, "not listening for new keys; the next heartbeat tells them");
      return async () => undefined;
    });
  return {
    status: () => ({
      isConfigured: true,
      isRegistered: errors.registering === null,
      error: errors.registering ?? errors.following,
    }),
    async stop() {
      await Promise.all([registering.stop(), following.stop(), subscribed.then((end) => end())]);
      await signOff(ctx, GOODBYE_MS_MAX).catch((error: unknown) => {
        root.log.debug({ err: error }, "the registry did not hear the goodbye");
      });
    },
  };
}
