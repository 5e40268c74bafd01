import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { assertSessionWrite } from "@/server/identity";
import { AppError, type Root } from "@/server/platform";
import {
  API_SECURITY_HEADERS,
  assertStorable,
  methodNotAllowed,
  parseJson,
  problemResponse,
  readBody,
  requestIdOf,
} from "../http";
import { createContext } from "./context";
import { appRouter } from "./router";

const METHODS = ["GET", "HEAD", "POST"];
/** Procedures of one request; a page asks for a handful. */
const BATCH_MAX = 30;

/** The request with its body read, within the limit and as JSON. Throws what readBody throws. */
async function admit(request: Request, root: Root): Promise<Request> {
  const { method, url, headers, signal } = request;
  if (!METHODS.includes(method)) throw methodNotAllowed(METHODS);
  if (method !== "POST") return request;
  // Procedures know sessions only: whatever writes here is one.
  assertSessionWrite({ ctx: root, input: { request } });
  const body = await readBody(request, root.settings.REQUEST_BYTES_MAX);
  // As it was sent: what the procedures see has been rebuilt, and has lost what no schema could see.
  assertStorable(parseJson(body));
  return new Request(url, { method, headers, body, signal });
}

async function answer(request: Request, root: Root, requestId: string): Promise<Response> {
  try {
    const req = await admit(request, root);
    return await fetchRequestHandler({
      endpoint: "/api/trpc",
      req,
      router: appRouter,
      maxBatchSize: BATCH_MAX,
      createContext: () => createContext({ root, request: req, requestId }),
      onError({ error, path }) {
        if (error.code !== "INTERNAL_SERVER_ERROR") return;
        root.log.error({ err: error.cause ?? error, path, requestId }, "trpc error");
      },
    });
  } catch (thrown) {
    if (!(thrown instanceof AppError)) root.log.error({ err: thrown, requestId }, "trpc error");
    return problemResponse(thrown, requestId, request.url);
  }
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
