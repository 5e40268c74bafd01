import { randomBytes } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import {
  API_SECURITY_HEADERS,
  isApiPath,
  methodNotAllowed,
  PAGE_HEADER,
  pageSecurityHeaders,
  problemResponse,
  requestFaults,
} from "@/server/api/http";
import { AppError, newId, type Root } from "@/server/platform";
import { clientAddress, isAllowedHost, isTrustedProxy } from "@/server/platform/http";

type DoorContext = Pick<Root, "settings" | "log">;
type Pages = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Headers by which what stands behind this door is told something: no caller may write them. */
const INWARD = [
  ...["forwarded", "x-real-ip", "x-forwarded-port", "content-security-policy", "x-nonce"],
  PAGE_HEADER,
];

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

const first = (value: string | string[] | undefined): string | null =>
  (Array.isArray(value) ? value.join(",") : value) ?? null;

/** The last entry of a list: what the nearest proxy wrote. */
const last = (value: string | string[] | undefined): string | null =>
  first(value)?.split(",").at(-1)?.trim() || null;

/**
 * Rewrites what only a trusted proxy may say: from here on X-Forwarded-For is the one address the
 * request came from, X-Forwarded-Proto and Host are how people reach us.
 */
function settleForwarding({ settings }: DoorContext, { headers, socket }: IncomingMessage): void {
  const remoteAddress = socket.remoteAddress ?? "unknown";
  const forwardedFor = first(headers["x-forwarded-for"]);
  const isProxied = isTrustedProxy(settings.TRUSTED_PROXIES, remoteAddress);
  const host = isProxied ? last(headers["x-forwarded-host"]) : null;
  const isSecure = isProxied && last(headers["x-forwarded-proto"]) === "https";
  for (const name of INWARD) delete headers[name];
  if (host !== null) headers.host = host;
  headers["x-forwarded-host"] = headers.host;
  headers["x-forwarded-proto"] = isSecure ? "https" : "http";
  headers["x-forwarded-for"] = clientAddress(settings.TRUSTED_PROXIES, {
    remoteAddress,
    forwardedFor,
  });
}

function assertDecodable(path: string): void {
  try {
    decodeURIComponent(path);
  } catch (cause) {
    throw new AppError("invalid_input", "The path has a bad escape (%XX).", { cause });
  }
}

/** The path of a request that may come in. Throws `invalid_input` or `method_not_allowed`. */
function admit({ settings }: DoorContext, { headers, method, url }: IncomingMessage): string {
  if (!isAllowedHost(settings, headers.host ?? null)) {
    const detail = "not a name of this sidecar (settings PUBLIC_URL and ALLOWED_HOSTS)";
    throw requestFaults([{ location: "header", pointer: "Host", detail }]);
  }
  if (!METHODS.includes(method ?? "")) throw methodNotAllowed(METHODS);
  if (!url?.startsWith("/")) {
    throw new AppError("invalid_input", "The request must name a path.");
  }
  const path = url.split("?", 1)[0] ?? "/";
  assertDecodable(path);
  return path;
}

async function refuse(
  thrown: unknown,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // Not the caller's id: nothing behind the door has looked at it.
  const requestId = newId("req");
  const path = request.url?.startsWith("/") ? request.url : "/";
  const problem = problemResponse(thrown, requestId, `http://local.invalid${path}`);
  response.writeHead(problem.status, {
    ...API_SECURITY_HEADERS,
    ...Object.fromEntries(problem.headers),
    "cache-control": "no-store",
    "x-request-id": requestId,
    // What the caller still sends is not read.
    connection: "close",
  });
  response.end(request.method === "HEAD" ? undefined : await problem.text());
}

/**
 * What every request passes before Next.js sees it: the host it names, its method and path, whom it
 * came from, and the security headers of its answer. A page's nonce goes in by the request header that
 * Next.js reads it from.
 */
export function frontDoor(ctx: DoorContext, pages: Pages): RequestListener {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    settleForwarding(ctx, request);
    const path = admit(ctx, request);
    const nonce = randomBytes(16).toString("base64");
    const headers = isApiPath(path) ? API_SECURITY_HEADERS : pageSecurityHeaders(nonce);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (!isApiPath(path)) {
      request.headers["content-security-policy"] = headers["content-security-policy"];
      request.headers["x-nonce"] = nonce;
      request.headers[PAGE_HEADER] = request.url;
    }
    await pages(request, response);
  };
  return (request, response) => {
    answer(request, response).catch(async (thrown: unknown) => {
      const isOurs = thrown instanceof AppError;
      if (!isOurs) ctx.log.error({ err: thrown }, "a request failed");
      if (response.headersSent) response.destroy();
      else await refuse(thrown, request, response);
    });
  };
}
