import type { MiddlewareHandler } from "hono";
import type { Actor } from "@/server/contracts";
import { assertCan, authenticate } from "@/server/identity";
import { AppError, contextFor } from "@/server/platform";
import { authenticateAgent, isAgentToken } from "@/server/registry";
import { bodyLimits, callerOf, countRequest, readBody } from "../http";
import type { OwnGuards } from "../rest/define-route";
import { holding } from "../rest/guards";
import type { RestEnv } from "../rest/services";

type Guard = MiddlewareHandler<RestEnv>;
type Context = Parameters<Guard>[0];

/** The credential of a call. Throws `unauthenticated` without one. */
export function bearerOf(c: Context): string {
  const [scheme, token, ...rest] = (c.req.header("authorization") ?? "").trim().split(/\s+/);
  if (scheme?.toLowerCase() === "bearer" && token !== undefined && rest.length === 0) return token;
  throw new AppError("unauthenticated", "Send `Authorization: Bearer <token>`.");
}

/** A registered agent by its own token, or whoever may see agents by the credentials of the sidecar. */
async function identify(c: Context): Promise<Actor> {
  const authorization = c.req.header("authorization");
  if (authorization !== undefined) {
    const token = bearerOf(c);
    if (isAgentToken(token)) return authenticateAgent({ ctx: c.env, input: { token } });
  }
  const actor = await authenticate({ ctx: c.env, input: { request: c.req.raw } });
  if (actor === null) throw new AppError("unauthenticated", "Send an agent's bearer token.");
  assertCan(actor, "conversation.read");
  return actor;
}

const authenticateReader: Guard = async (c, next) => {
  const actor = await identify(c).catch(async (error: unknown) => {
    // Whoever is not let in is known by the network alone.
    await countRequest({ ctx: c.env, input: { caller: callerOf(null, c.req.raw) } });
    throw error;
  });
  c.set("actor", actor);
  c.set("recheck", async () => undefined);
  c.set("ctx", contextFor(c.env, actor, c.var.requestId));
  await next();
};

/** Guards of calls that an agent's own token, or an administrator's credential, lets in. */
export const READER_GUARDS: OwnGuards = { authenticate: authenticateReader };

/** Whoever registers is known once the verb has read the body: until then by its network alone. */
const REGISTRANT: Actor = { kind: "agent", id: "registrant", label: "registrant", roles: [] };

const authenticateLater: Guard = async (c, next) => {
  // Refused before its body is read.
  bearerOf(c);
  c.set("actor", REGISTRANT);
  c.set("recheck", async () => undefined);
  c.set("ctx", contextFor(c.env, REGISTRANT, c.var.requestId));
  await next();
};

const limitNetwork = holding(async (c) => {
  const caller = callerOf(null, c.req.raw);
  await countRequest({ ctx: c.env, input: { caller } });
  const max = c.env.settings.REQUESTS_CONCURRENT_PER_CALLER_MAX;
  return c.env.places.enter("requests", caller, max);
});

/** The body's very text: its signature is over that. */
const readText: Guard = async (c, next) => {
  c.set("bodyText", await readBody(c.req.raw, bodyLimits(c.env.settings)));
  await next();
};

/** Guards of calls whose body is signed, by keys that only the body may name. */
export const REGISTRATION_GUARDS: OwnGuards = {
  authenticate: authenticateLater,
  limit: limitNetwork,
  readText,
};
