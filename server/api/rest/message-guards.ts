import { createHash } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { type Actor, MESSAGE_SIGNATURE_HEADER } from "@/server/contracts";
import { countRefusals, refusal } from "@/server/messaging";
import { AppError, contextFor } from "@/server/platform";
import { bodyLimits, callerOf, readBody } from "../http";
import type { OwnGuards } from "./define-route";
import { authenticateCaller, holding, limitCaller } from "./guards";
import type { RestEnv } from "./services";

type Guard = MiddlewareHandler<RestEnv>;
type Request = Parameters<Guard>[0];

const signatureOf = (c: Request) => c.req.header(MESSAGE_SIGNATURE_HEADER);

/** Until the signature is verified, whoever signed is known by it alone, and may do nothing. */
function unverifiedSigner(signature: string): Actor {
  const id = `signature:${createHash("sha256").update(signature).digest("hex")}`;
  return { kind: "agent", id, label: "unverified signer", roles: [] };
}

const CREDENTIALS = ["authorization", "x-api-key", "cookie"];

const authenticateUnsigned = authenticateCaller("message.send");

/** A signature is the credential; without one the usual ones are. */
const authenticateSender: Guard = async (c, next) => {
  const signature = signatureOf(c);
  if (signature !== undefined) {
    const actor = unverifiedSigner(signature);
    c.set("actor", actor);
    c.set("recheck", async () => undefined);
    c.set("ctx", contextFor(c.env, actor, c.var.requestId));
    await next();
    return;
  }
  try {
    await authenticateUnsigned(c, next);
  } catch (error) {
    const isBare = CREDENTIALS.every((name) => c.req.header(name) === undefined);
    if (!isBare || !(error instanceof AppError) || error.code !== "unauthenticated") throw error;
    await countRefused(c, "unsigned");
    throw refusal("unsigned", "Sign the message, or send a bearer token or an API key.");
  }
};

async function countRefused(c: Request, reason: "unsigned" | "too_large"): Promise<void> {
  const ctx = { ...c.env, requestId: c.var.requestId };
  await countRefusals({ ctx, input: [{ reason, claimedSender: "" }] });
}

/** Of an unverified signer only its network is known: it holds that network's places. */
const holdPlace = holding(async (c) => {
  const max = c.env.settings.REQUESTS_CONCURRENT_PER_CALLER_MAX;
  return c.env.places.enter("requests", callerOf(null, c.req.raw), max);
});
const limitToken = limitCaller("requests");
const limitSender: Guard = (c, next) =>
  signatureOf(c) === undefined ? limitToken(c, next) : holdPlace(c, next);

/** The body's very text, within its limits. */
const readMessage: Guard = async (c, next) => {
  try {
    c.set("bodyText", await readBody(c.req.raw, bodyLimits(c.env.settings)));
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "too_large") throw error;
    await countRefused(c, "too_large");
    throw refusal("too_large", error.message, { details: error.details ?? {} });
  }
  await next();
};

/** Guards of the route that other agents' messages come in by. */
export const MESSAGE_GUARDS: OwnGuards = {
  authenticate: authenticateSender,
  limit: limitSender,
  readText: readMessage,
};
