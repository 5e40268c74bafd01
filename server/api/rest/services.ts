import type { Actor } from "@/server/contracts";
import { AppError, type Root, type ServiceContext, webRoot } from "@/server/platform";

/** Lets at most a number of requests run at once and refuses the next one. */
export interface ConcurrencyLimiter {
  /** Throws `overloaded` when full. Call the answer exactly once, when done. */
  enter(): () => void;
}

export function createConcurrencyLimiter(max: number): ConcurrencyLimiter {
  let running = 0;
  return {
    enter() {
      if (running >= max) {
        throw new AppError("overloaded", "Too many requests at once. Try again shortly.", {
          details: { retry_after_seconds: 1 },
        });
      }
      running += 1;
      return () => {
        running -= 1;
      };
    },
  };
}

/** What requests are answered with: one set per process. */
export interface RestServices extends Root {
  limiters: Record<"requests" | "streams", ConcurrencyLimiter>;
  /** How long an event stream lasts and how often it shows that it lives. */
  streamSecondsMax: number;
  heartbeatSeconds: number;
}

/** What Hono's context carries here: services from the process, the rest set on the way. */
export interface RestEnv {
  Bindings: RestServices;
  Variables: {
    requestId: string;
    /** Path of the matched route, as declared; unset where none matched. */
    route?: string;
    actor: Actor;
    /** Identifies the caller again: throws once the credential, or the permission, is gone. */
    recheck: () => Promise<void>;
    ctx: ServiceContext;
    /** The body as it was sent; "" without one. */
    bodyText?: string;
    /** Settles when an answer that streams has ended or its reader has gone. */
    streamClosed?: Promise<void>;
  };
}

export function createRestServices(root: Root): RestServices {
  const max = root.settings.REQUESTS_CONCURRENT_MAX;
  return {
    ...root,
    limiters: { requests: createConcurrencyLimiter(max), streams: createConcurrencyLimiter(max) },
    streamSecondsMax: 600,
    heartbeatSeconds: 15,
  };
}

let services: RestServices | undefined;

/** The web process's services, made at the first request: a build has no settings. */
export function webServices(): RestServices {
  services ??= createRestServices(webRoot());
  return services;
}
