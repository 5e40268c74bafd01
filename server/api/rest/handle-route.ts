import { type Actor, PROBLEMS } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import { AppError, contextFor, toAppError } from "@/server/platform";
import type {
  JsonAnswer,
  RawRequest,
  Route,
  RouteAnswer,
  RouteScope,
  StreamAnswer,
} from "./define-route";
import { answerOnce, idempotencyKeyOf, type TextAnswer } from "./idempotency";
import { toProblem } from "./problem";
import { readBody } from "./read-body";
import { requestIdOf } from "./request-id";
import { streamResponse, textResponse } from "./respond";
import type { RestServices } from "./services";

/** Nobody in particular: an identity that may do nothing, for routes open to everybody. */
const ANONYMOUS: Actor = {
  kind: "api-key",
  id: "anonymous",
  label: "anonymous",
  roles: [],
  scopes: [],
};

interface Call {
  route: Route;
  request: Request;
  params: Record<string, string>;
  services: RestServices;
  requestId: string;
}

async function admit({ route, request, services }: Call): Promise<Actor> {
  if (route.permission === null) return ANONYMOUS;
  const actor = await services.authenticate(request.headers);
  if (actor === null) throw new AppError("unauthenticated", "Send a bearer token or an API key.");
  assertCan(actor, route.permission);
  return actor;
}

function parseJson(text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError("invalid_input", "The body is not JSON.", { cause });
  }
}

/** Repeated query parameters count as one list: `state=a&state=b` is `state=a,b`. */
function queryOf(url: URL): Record<string, string> {
  const names = new Set(url.searchParams.keys());
  return Object.fromEntries(
    [...names].map((name) => [name, url.searchParams.getAll(name).join(",")]),
  );
}

function report({ services, route, requestId }: Call, thrown: unknown): void {
  const error = toAppError(thrown);
  const { status } = PROBLEMS[error.code];
  const where = { requestId, route: route.path, code: error.code };
  if (status === 500) services.log.error({ err: thrown, ...where }, error.message);
  else if (status > 500) services.log.warn(where, error.message);
}

const asText = (answer: JsonAnswer): TextAnswer => ({
  status: answer.status,
  headers: { "content-type": "application/json", ...answer.headers },
  text: JSON.stringify(answer.body),
});

function problemOf(call: Call, thrown: unknown): TextAnswer {
  report(call, thrown);
  return toProblem(thrown, call.requestId, new URL(call.request.url).pathname);
}

/** For idempotency, a problem is an answer like any other: kept, and given again. */
async function runOnce(call: Call, run: () => Promise<RouteAnswer>): Promise<TextAnswer> {
  try {
    const answer = await run();
    if ("stream" in answer) throw new AppError("internal", "A stream cannot be kept.");
    return asText(answer);
  } catch (thrown) {
    return problemOf(call, thrown);
  }
}

async function answerRequest(call: Call): Promise<TextAnswer | StreamAnswer> {
  const { route, request, params, services, requestId } = call;
  const actor = await admit(call);
  const url = new URL(request.url);
  const text = route.method === "POST" ? await readBody(request, services.requestBytesMax) : "";
  const raw: RawRequest = { params, query: queryOf(url), body: parseJson(text) };
  const run = route.prepare(raw);
  const ctx = contextFor(services, actor, requestId);
  const scope: RouteScope = { ctx, services, signal: request.signal };
  const given = request.headers.get("idempotency-key");
  if (route.method !== "POST" || given === null) {
    const answer = await run(scope);
    return "stream" in answer ? answer : asText(answer);
  }
  const key = idempotencyKeyOf(actor, `${route.method} ${url.pathname}`, given);
  return answerOnce(services.db, key, `${url.search}\n${text}`, () =>
    runOnce(call, () => run(scope)),
  );
}

async function respond(call: Call): Promise<Response> {
  const { route, services, requestId } = call;
  let leave = () => {};
  try {
    if (route.gate !== "none") leave = services.gates[route.gate].enter();
    const answer = await answerRequest(call);
    if ("stream" in answer) {
      const release = leave;
      leave = () => {};
      void answer.closed.finally(release);
      return streamResponse(answer, requestId);
    }
    return textResponse(answer, requestId);
  } catch (thrown) {
    return textResponse(problemOf(call, thrown), requestId);
  } finally {
    leave();
  }
}

/**
 * The whole way of a request: bound of simultaneous requests, authentication, permission, body
 * limit, schema, idempotency, handler, answer. Never throws; every answer carries the request id.
 */
export async function handleRoute(
  route: Route,
  request: Request,
  params: Record<string, string>,
  services: RestServices,
): Promise<Response> {
  const started = performance.now();
  const requestId = requestIdOf(request.headers);
  const response = await respond({ route, request, params, services, requestId });
  const durationMs = Math.round(performance.now() - started);
  const { method, path } = route;
  services.log.info(
    { method, route: path, status: response.status, durationMs, requestId },
    "request",
  );
  return response;
}
