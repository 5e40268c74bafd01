import type { TRPCError } from "@trpc/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { assertSessionWrite } from "@/server/identity";
import { AppError, type Root } from "@/server/platform";
import {
  API_SECURITY_HEADERS,
  assertStorable,
  bodyLimits,
  callerOf,
  countRequest,
  methodNotAllowed,
  parseJson,
  problemResponse,
  readBody,
  requestIdOf,
  retryAfterSeconds,
} from "../http";
import { createContext, type TrpcContext } from "./context";
import { toTrpcError } from "./error-map";
import { appRouter } from "./router";

const METHODS = ["GET", "HEAD", "POST"];
/** Procedures of one request; a page asks for a handful. */
const BATCH_MAX = 30;

/** The request with its body read, within its limits and as JSON. Throws what readBody throws. */
async function admit(request: Request, root: Root): Promise<Request> {
  const { method, url, headers, signal } = request;
  if (!METHODS.includes(method)) throw methodNotAllowed(METHODS);
  if (method !== "POST") return request;
  // Procedures know sessions only: whatever writes here is one.
  assertSessionWrite({ ctx: root, input: { request } });
  const body = await readBody(request, bodyLimits(root.settings));
  // As it was sent: what the procedures see has been rebuilt, and has lost what no schema could see.
  assertStorable(parseJson(body));
  return new Request(url, { method, headers, body, signal });
}

/** Who asks, with a place to be left when answered; or why there is none, as a page is told of it. */
type Entry = { context: TrpcContext; leave: () => void } | { refusal: unknown };

/** Counts the request against its caller before anything of its body is read. */
async function enter(request: Request, root: Root, requestId: string): Promise<Entry> {
  try {
    const context = await createContext({ root, request, requestId });
    const caller = callerOf(context.actor, request);
    await countRequest({ ctx: root, input: { caller } });
    const { REQUESTS_CONCURRENT_PER_CALLER_MAX: max } = root.settings;
    return { context, leave: root.places.enter("requests", caller, max) };
  } catch (thrown) {
    return { refusal: thrown instanceof AppError ? toTrpcError(thrown) : thrown };
  }
}

async function answer(request: Request, root: Root, requestId: string): Promise<Response> {
  const entry = await enter(request, root, requestId);
  try {
    const req = "refusal" in entry ? request : await admit(request, root);
    return await fetchRequestHandler({
      endpoint: "/api/trpc",
      req,
      router: appRouter,
      maxBatchSize: BATCH_MAX,
      createContext() {
        if ("refusal" in entry) throw entry.refusal;
        return entry.context;
      },
      responseMeta: ({ errors }) => ({ headers: retryHeaders(errors) }),
      onError({ error, path }) {
        if (error.code !== "INTERNAL_SERVER_ERROR") return;
        root.log.error({ err: error.cause ?? error, path, requestId }, "trpc error");
      },
    });
  } catch (thrown) {
    if (!(thrown instanceof AppError)) root.log.error({ err: thrown, requestId }, "trpc error");
    return problemResponse(thrown, requestId, request.url);
  } finally {
    if ("leave" in entry) entry.leave();
  }
}

/** When to ask again, as in REST. */
function retryHeaders(errors: readonly TRPCError[]): Record<string, string> {
  const cause = errors.map((error) => error.cause).find((one) => one instanceof AppError);
  const seconds = cause === undefined ? null : retryAfterSeconds(cause);
  return seconds === null ? {} : { "retry-after": String(seconds) };
}

/**
 * A request of a page, answered by the procedures. What is refused before one is reached (method,
 * origin, media type, size) is answered as a problem, like REST does.
 */
export async function handleTrpcRequest(request: Request, root: Root): Promise<Response> {
  const requestId = requestIdOf(request.headers.get("x-request-id"));
  const response = await answer(request, root, requestId);
  const headers = { "cache-control": "no-store", ...API_SECURITY_HEADERS };
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  response.headers.set("x-request-id", requestId);
  return response;
}
