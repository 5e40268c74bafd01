import type { NextApiRequest, NextApiResponse } from "next";
import NextAuth from "next-auth";
import type { ErrorCode } from "@/server/contracts";
import { assertSameOrigin, authOptions } from "@/server/identity";
import {
  AppError,
  prepareNextAuthEnvironment,
  type Root,
  type Settings,
  toAppError,
} from "@/server/platform";
import { ownOrigin } from "@/server/platform/http";
import {
  API_SECURITY_HEADERS,
  assertStorable,
  bodyLimits,
  callerOf,
  methodNotAllowed,
  problemResponse,
  readForm,
  requestIdOf,
} from "../http";
import { ResponseRecorder } from "./response-recorder";

const METHODS = ["GET", "HEAD", "POST"];
/** A form of next-auth holds an address, a password and a token. */
const BYTES_MAX = 16_384;
const PREFIX = "/api/auth/";
/** All of next-auth that pages here use. The rest (other providers, its log) is not reachable. */
const ACTIONS: Record<string, readonly string[]> = {
  GET: ["csrf", "error", "providers", "session", "signin", "signin/credentials", "signout"],
  POST: ["callback/credentials", "signin/credentials", "signout"],
};
/** What an identity provider needs besides: the way there, and back. */
const PROVIDER_ACTIONS: Record<string, string> = { GET: "callback/oidc", POST: "signin/oidc" };

function assertAction({ method, url }: Request, { OIDC_ISSUER, PASSWORD_SIGN_IN }: Settings): void {
  const action = new URL(url).pathname.slice(PREFIX.length);
  const verb = method === "POST" ? "POST" : "GET";
  const isOurs = ACTIONS[verb]?.includes(action) === true;
  const isPassword = action.endsWith("/credentials") && PASSWORD_SIGN_IN === "off";
  const isProvider = action === PROVIDER_ACTIONS[verb] && OIDC_ISSUER !== undefined;
  if (!((isOurs && !isPassword) || isProvider)) {
    throw new AppError("not_found", "There is no such action of sign-in.");
  }
}

function cookiesOf(header: string | null): Record<string, string> {
  const pairs = (header ?? "").split(";").flatMap((part) => {
    const at = part.indexOf("=");
    if (at <= 0) return [];
    const value = part.slice(at + 1).trim();
    return [[part.slice(0, at).trim(), URL.canParse(`x:${value}`) ? safeDecode(value) : value]];
  });
  return Object.fromEntries(pairs);
}

function safeDecode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** The request as next-auth's handler for API routes takes it, for our own origin whatever it claims. */
async function toApiRequest(request: Request, root: Root) {
  const { method, headers, url } = request;
  const { pathname, searchParams } = new URL(url);
  const limits = { ...bodyLimits(root.settings), bytesMax: BYTES_MAX };
  const form = method === "POST" ? await readForm(request, limits) : {};
  assertStorable(form);
  const origin = new URL(ownOrigin(root.settings, request) ?? url);
  return {
    method,
    query: {
      ...Object.fromEntries(searchParams),
      nextauth: pathname.slice(PREFIX.length).split("/"),
    },
    body: form,
    cookies: cookiesOf(headers.get("cookie")),
    headers: {
      ...Object.fromEntries(headers),
      "x-forwarded-host": origin.host,
      "x-forwarded-proto": origin.protocol.slice(0, -1),
    },
  };
}

/** What next-auth's own names of failures mean; whatever else it answers is no route of it. */
const FAILURES: Record<string, [ErrorCode, string]> = {
  OAuthSignin: ["unavailable", "The identity provider does not answer now."],
  CredentialsSignin: ["unauthenticated", "Incorrect email or password."],
  csrf: ["forbidden", "The CSRF token is missing or wrong. Load the page again."],
};

/** Name of the failure that next-auth tells by the address it would lead to; null for none. */
function failureIn(address: string | null, base: string): string | null {
  if (address === null || !URL.canParse(address, base)) return null;
  const { searchParams } = new URL(address, base);
  return searchParams.has("csrf") ? "csrf" : searchParams.get("error");
}

function problemOf(answered: ResponseRecorder, failure: string | null): AppError | null {
  if (failure === null && answered.statusCode < 400) return null;
  const known = FAILURES[failure ?? ""];
  if (known !== undefined) return new AppError(...known);
  return new AppError("internal", `next-auth answered ${answered.statusCode}: ${failure}.`);
}

async function answer(request: Request, root: Root, requestId: string): Promise<Response> {
  if (!METHODS.includes(request.method)) throw methodNotAllowed(METHODS);
  assertAction(request, root.settings);
  assertSameOrigin({ ctx: root, input: { request, isRequired: false } });
  let refusal: AppError | null = null;
  const input = {
    address: request.headers.get("x-forwarded-for") ?? "unknown",
    requestId,
    onRefused: (error: AppError) => {
      refusal = error;
    },
  };
  const recorder = new ResponseRecorder();
  const given = await toApiRequest(request, root);
  prepareNextAuthEnvironment(root.settings);
  // next-auth uses of both what its types for API routes say, and the recorder has: no more.
  const [req, res] = [given, recorder] as unknown as [NextApiRequest, NextApiResponse];
  await NextAuth(req, res, authOptions({ ctx: root, input }));
  const failure = request.method === "POST" ? failureIn(recorder.location(), request.url) : null;
  const problem = refusal ?? problemOf(recorder, failure);
  if (problem === null) return recorder.toResponse();
  // Its client reads where to go from any answer, a refusal too.
  const response = problemResponse(problem, requestId, request.url, { url: recorder.location() });
  for (const cookie of recorder.toResponse().headers.getSetCookie()) {
    response.headers.append("set-cookie", cookie);
  }
  return response;
}

/** Whoever signs in is not known yet: all of one network share what a caller may have at once. */
async function answerInTurn(request: Request, root: Root, requestId: string): Promise<Response> {
  const { REQUESTS_CONCURRENT_PER_CALLER_MAX: max } = root.settings;
  const leave = root.places.enter("requests", callerOf(null, request), max);
  try {
    return await answer(request, root, requestId);
  } finally {
    leave();
  }
}

/**
 * Sign-in, sign-out and what the sign-in page asks for, by next-auth. Refusals are problems like
 * everywhere; the address that next-auth's client expects stands in their `url`.
 */
export async function handleAuthRequest(request: Request, root: Root): Promise<Response> {
  const requestId = requestIdOf(request.headers.get("x-request-id"));
  const response = await answerInTurn(request, root, requestId).catch((thrown: unknown) => {
    if (toAppError(thrown).code === "internal") root.log.error({ err: thrown, requestId }, "auth");
    return problemResponse(thrown, requestId, request.url);
  });
  const headers = { "cache-control": "no-store", ...API_SECURITY_HEADERS };
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  response.headers.set("x-request-id", requestId);
  return response;
}
