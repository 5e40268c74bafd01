import { z } from "zod";
import {
  CONNECTOR_VERSION,
  CONNECTOR_VERSION_HEADER,
  type ProductFaultCode,
  type ProductPlace,
  plainText,
  understandsConnector,
} from "@/server/contracts";
import { AppError } from "@/server/platform";
import { placeOf, productError } from "./product-error";
import { type GoodAnswer, readBounded } from "./read-answer";

export interface ConnectorOptions {
  baseUrl: string;
  productId: string;
  getToken: () => Promise<string>;
}

export interface CallOptions {
  /** Sent as JSON by POST; without it the call is a GET. */
  body?: unknown;
  msMax: number;
  signal?: AbortSignal | undefined;
}

const PROBLEM_BYTES_MAX = 65_536;
const Problem = z.object({ code: z.string().optional(), detail: z.string().optional() });
type Problem = z.infer<typeof Problem>;

/**
 * One call. `read` gets a good answer. Throws as the port says, with the fault in `details.fault` and, of
 * a refusal, its `status` and `code`. A call given up by the caller's own signal throws that signal's
 * reason; one whose time is over, the caller's included, throws `timed_out`.
 */
export async function callConnector<T>(
  options: ConnectorOptions,
  path: string,
  call: CallOptions,
  read: (answer: GoodAnswer) => Promise<T>,
): Promise<T> {
  const method = call.body === undefined ? "GET" : "POST";
  const place = placeOf(options.baseUrl, `${method} ${path.split("?")[0]}`);
  const token = await options.getToken();
  const timeout = AbortSignal.timeout(call.msMax);
  const signal = call.signal ? AbortSignal.any([timeout, call.signal]) : timeout;
  const startedMs = performance.now();
  let response: Response | undefined;
  try {
    response = await send(options.baseUrl, path, { method, token, body: call.body, signal });
    checkVersion(response, place);
    if (!response.ok) throw await refusal(response, place);
    return await read({ response, place, signal });
  } catch (error) {
    // What is not read to its end would hold the connection.
    await response?.body?.cancel().catch(() => undefined);
    if (error instanceof AppError) throw error;
    if (signal.aborted) throw abortError(place, signal, performance.now() - startedMs);
    throw connectionError(place, error, response !== undefined);
  }
}

function send(
  baseUrl: string,
  path: string,
  call: { method: string; token: string; body: unknown; signal: AbortSignal },
): Promise<Response> {
  const { method, token, body, signal } = call;
  // Below the given address: it may have a path of its own.
  const url = new URL(`.${path}`, baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`);
  return fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      [CONNECTOR_VERSION_HEADER]: CONNECTOR_VERSION,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    redirect: "manual",
    signal,
  });
}

function checkVersion({ headers }: Response, place: ProductPlace): void {
  const version = headers.get(CONNECTOR_VERSION_HEADER);
  if (!understandsConnector(version)) throw wrongVersion(place, version);
}

function wrongVersion(place: ProductPlace, version: string | null): AppError {
  const theirs = /^[\d.]{1,9}$/.test(version ?? "") ? version : "another";
  return productError(place, "wrong_version", {
    field: CONNECTOR_VERSION_HEADER,
    what: `the product speaks version ${theirs} of the contract, the sidecar ${CONNECTOR_VERSION}`,
  });
}

/** A time that is over is the product's fault; any other reason is the caller's own. */
function abortError(place: ProductPlace, signal: AbortSignal, waitedMs: number): unknown {
  const { reason } = signal;
  const isTime = reason instanceof DOMException && reason.name === "TimeoutError";
  if (!isTime) return reason;
  const seconds = Number((waitedMs / 1000).toPrecision(2));
  return productError(place, "timed_out", {
    what: `no complete answer within ${seconds} s`,
    cause: reason,
  });
}

/** undici hides what happened below "fetch failed". */
function connectionError(place: ProductPlace, error: unknown, isAnswering: boolean): AppError {
  const why = systemCode(error);
  const isLost = isAnswering || /^(ECONNRESET|EPIPE|UND_ERR_SOCKET|HPE_)/.test(why);
  return isLost
    ? productError(place, "connection_lost", {
        what: `the answer broke off (${why})`,
        cause: error,
      })
    : productError(place, "no_connection", { what: `no connection (${why})`, cause: error });
}

function systemCode(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  if ("code" in error && typeof error.code === "string") return error.code;
  return error.cause === undefined ? error.name : systemCode(error.cause);
}

async function refusal(response: Response, place: ProductPlace): Promise<AppError> {
  const { status } = response;
  const text = await readBounded(response, PROBLEM_BYTES_MAX).catch(() => null);
  const problem = readProblem(text);
  const said = problem.detail ?? null;
  const details = { status, code: problem.code ?? null };
  const error = (code: ProductFaultCode, what: string) =>
    productError(place, code, { what, said, details });
  if (problem.code === "unsupported_version") return wrongVersion(place, null);
  if (status < 400) return error("redirected", `redirects to another address (${status})`);
  if (status === 409 && problem.code === "schema_changed") {
    const text = plainText((said ?? "The schema has changed.").slice(0, 500));
    return new AppError("schema_changed", text, { details });
  }
  // The product is well: this query takes too long, and would again.
  const isSlowQuery = problem.code === "timeout" && place.route !== "POST /connector/execute";
  if (status >= 500 && !isSlowQuery) return error("failed", `the product failed (${status})`);
  if (status === 401) return error("token_refused", "the sidecar's token is refused (401)");
  if (status === 403) return error("forbidden", "the call is forbidden (403)");
  // A table or an operation may be unknown: the contract has a code for that.
  const isNamed = problem.code === "not_found" && /\/(export|operations)\//.test(place.route);
  if (status === 405 || (status === 404 && !isNamed))
    return error("route_missing", `there is no such route (${status})`);
  return error("refused", `the product refused the call (${status})`);
}

function readProblem(text: string | null): Problem {
  try {
    const parsed = Problem.safeParse(JSON.parse(text ?? ""));
    return parsed.success ? parsed.data : {};
  } catch {
    return {};
  }
}
