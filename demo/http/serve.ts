import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { AppError } from "@/server/platform";
import { toProblem } from "./problem";
import { readJsonBody } from "./read-body";
import { type JsonAnswer, matchRoute, type Route, type StreamAnswer } from "./route";

export interface ServeOptions {
  routes: Route[];
  /** Throws AppError `unauthenticated` for a token that is not good. */
  verifyToken(token: string): Promise<void>;
  onError(error: unknown): void;
}

/** A plain HTTP server over the routes: JSON in, JSON or a stream out, problem+json for errors. */
export function createHttpServer(options: ServeOptions): Server {
  return createServer((request, response) => {
    handle(options, request, response).catch((error: unknown) => {
      const problem = toProblem(error);
      if (problem.status >= 500) options.onError(error);
      if (response.headersSent) response.destroy();
      else sendJson(response, problem.status, problem.body, "application/problem+json");
    });
  });
}

async function handle(
  options: ServeOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const { route, path } = matchRoute(options.routes, request.method ?? "GET", url.pathname);
  if (route.isProtected) await authorize(options, request);
  const abort = new AbortController();
  response.on("close", () => {
    if (!response.writableFinished) abort.abort();
  });
  const hasBody = route.method === "POST" || route.method === "PUT";
  const answer = await route.handle({
    path,
    query: Object.fromEntries(url.searchParams),
    body: hasBody ? await readJsonBody(request) : undefined,
    signal: abort.signal,
  });
  await send(response, answer);
}

async function authorize(options: ServeOptions, request: IncomingMessage): Promise<void> {
  const [scheme, token] = (request.headers.authorization ?? "").split(" ");
  if (scheme?.toLowerCase() !== "bearer" || !token) {
    throw new AppError("unauthenticated", "This route needs `Authorization: Bearer <token>`.");
  }
  await options.verifyToken(token);
}

async function send(response: ServerResponse, answer: JsonAnswer | StreamAnswer): Promise<void> {
  if (typeof answer === "function") await answer(response);
  else sendJson(response, answer.status, answer.body, "application/json");
}

function sendJson(response: ServerResponse, status: number, body: unknown, type: string): void {
  response.writeHead(status, {
    "content-type": type,
    "cache-control": "no-store",
    ...(status === 401 ? { "www-authenticate": "Bearer" } : {}),
  });
  response.end(JSON.stringify(body));
}
