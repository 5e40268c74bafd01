import type { Hook } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { Actor, Permission, RequestFault } from "@/server/contracts";
import { assertCan, authenticate } from "@/server/identity";
import { AppError, contextFor, type Settings } from "@/server/platform";
import {
  API_SECURITY_HEADERS,
  assertStorable,
  bodyLimits,
  callerOf,
  countRequest,
  parseJson,
  readBody,
  requestFaults,
  requestIdOf,
} from "../http";
import type { RestEnv, RestServices } from "./services";

type Guard = MiddlewareHandler<RestEnv>;

/** An API answer is data for one caller: not cached unless its route says so. */
const ANSWER_HEADERS = { "cache-control": "no-store", ...API_SECURITY_HEADERS };

/** Around everything: the request's id, headers of every answer, one access line in the log. */
export const frameRequest: Guard = async (c, next) => {
  const started = performance.now();
  const requestId = requestIdOf(c.req.header("x-request-id") ?? null);
  c.set("requestId", requestId);
  await next();
  for (const [name, value] of Object.entries(ANSWER_HEADERS)) {
    if (!c.res.headers.has(name)) c.header(name, value);
  }
  c.header("x-request-id", requestId);
  const { status } = c.res;
  const durationMs = Math.round(performance.now() - started);
  const { method } = c.req;
  c.env.log.info({ method, route: c.var.route, status, durationMs, requestId }, "request");
};

/** Keeps a place until the answer, or its stream, has ended. */
export function holding(enter: (c: Parameters<Guard>[0]) => Promise<() => void>): Guard {
  return async (c, next) => {
    const leave = await enter(c);
    try {
      await next();
    } finally {
      const { streamClosed } = c.var;
      if (streamClosed === undefined) leave();
      else void streamClosed.finally(leave);
    }
  };
}

type LimiterName = keyof RestServices["limiters"];

/** Counts the request against what this process works on at once. */
export function limitConcurrency(name: LimiterName): Guard {
  return holding(async (c) => c.env.limiters[name].enter());
}

const PER_CALLER_MAX = {
  requests: "REQUESTS_CONCURRENT_PER_CALLER_MAX",
  streams: "EVENT_STREAMS_PER_CALLER_MAX",
} as const satisfies Record<LimiterName, keyof Settings>;

/**
 * Counts the request against its caller's share: so many a minute, and so many at once. Stands after
 * the caller is known and before the body is read, so that slow bodies are its own places.
 */
export function limitCaller(name: LimiterName): Guard {
  return holding(async (c) => {
    const caller = callerOf(c.var.actor, c.req.raw);
    await countRequest({ ctx: c.env, input: { caller } });
    return c.env.places.enter(name, caller, c.env.settings[PER_CALLER_MAX[name]]);
  });
}

/** Nobody in particular: an identity that may do nothing, for routes open to everybody. */
const ANONYMOUS: Actor = {
  kind: "api-key",
  id: "anonymous",
  label: "anonymous",
  roles: [],
  scopes: [],
};

async function identify(
  services: RestServices,
  request: Request,
  permission: Permission | null,
): Promise<Actor> {
  if (permission === null) return ANONYMOUS;
  const actor = await authenticate({ ctx: services, input: { request } });
  if (actor === null) throw new AppError("unauthenticated", "Send a bearer token or an API key.");
  assertCan(actor, permission);
  return actor;
}

/**
 * Who calls, and whether the route's permission is theirs. Throws `unauthenticated`, `forbidden`, and
 * `rate_limited` where a network sends too many that are.
 */
export function authenticateCaller(permission: Permission | null): Guard {
  return async (c, next) => {
    const request = c.req.raw;
    const actor = await identify(c.env, request, permission).catch(async (error: unknown) => {
      // Whoever is not let in is known by the network alone.
      await countRequest({ ctx: c.env, input: { caller: callerOf(null, request) } });
      throw error;
    });
    c.set("actor", actor);
    c.set("recheck", async () => {
      await identify(c.env, request, permission);
    });
    c.set("ctx", contextFor(c.env, actor, c.var.requestId));
    await next();
  };
}

/**
 * Reads the body within its limits and hands it on as JSON. Throws what readBody throws, and
 * `invalid_input` for what is not JSON, cannot be stored, or is missing where it is required.
 */
export function readJsonBody(isRequired: boolean): Guard {
  return async (c, next) => {
    const text = await readBody(c.req.raw, bodyLimits(c.env.settings));
    const value = parseJson(text);
    assertStorable(value);
    if (value === undefined && isRequired) {
      throw requestFaults([{ location: "body", pointer: "", detail: "a JSON body is required" }]);
    }
    c.set("bodyText", text);
    const { url, method, signal } = c.req.raw;
    const headers = new Headers(c.req.raw.headers);
    headers.set("content-type", "application/json");
    const body = value === undefined ? "{}" : text;
    c.req.raw = new Request(url, { method, headers, body, signal });
    await next();
  };
}

const LOCATIONS: Record<string, RequestFault["location"]> = {
  json: "body",
  query: "query",
  param: "path",
  header: "header",
};

const escapeToken = (key: PropertyKey) => String(key).replaceAll("~", "~0").replaceAll("/", "~1");

function pointerOf(location: RequestFault["location"], path: PropertyKey[]): string {
  return location === "body"
    ? path.map((key) => `/${escapeToken(key)}`).join("")
    : path.map(String).join(".");
}

/** A failed validation as `invalid_input` that lists every fault with its place. */
export const refuseInvalid: Hook<unknown, RestEnv, string, void> = (result) => {
  if (result.success) return;
  const location = LOCATIONS[result.target] ?? "body";
  const faults = result.error.issues.flatMap((issue): RequestFault[] => {
    if (issue.code !== "unrecognized_keys") {
      return [{ location, pointer: pointerOf(location, issue.path), detail: issue.message }];
    }
    return issue.keys.map((key) => ({
      location,
      pointer: pointerOf(location, [...issue.path, key]),
      detail: "unknown field",
    }));
  });
  throw requestFaults(faults);
};
