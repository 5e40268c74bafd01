import { STATUS_CODES } from "node:http";
import type { OpenAPIHono, RouteConfig } from "@hono/zod-openapi";
import {
  Change,
  type ErrorCode,
  Finding,
  MeasuredEvidence,
  Operation,
  type Permission,
  Plan,
  PROBLEMS,
  Problem,
  ProofProgress,
  QueryEvidence,
  RequestableChange,
  RequestedChanges,
  Risk,
  SuggestionItem,
  Verdict,
  Verification,
} from "@/server/contracts";
import type { RestEnv } from "./services";

/** All that is published of a route and that decides how it is guarded. */
export type RouteDeclaration = Omit<RouteConfig, "method" | "middleware" | "security"> & {
  method: "get" | "post";
  /** OpenAPI form: `/agent/suggestions/{id}`. */
  path: string;
  operationId: string;
  tags: [string];
  summary: string;
  description: string;
  /** null: open to everybody. */
  permission: Permission | null;
  /** Which bounds of requests it counts against; `requests` unless given, `none`: no bound at all. */
  limiter?: "requests" | "streams" | "none";
  /** Error codes of this route beside those of the guards it passes. */
  errors?: readonly ErrorCode[];
};

export type OpenApiDocument = ReturnType<OpenAPIHono["getOpenAPI31Document"]>;

const text = (description: string) => ({ description, schema: { type: "string" as const } });

const REQUEST_ID_ANSWER = {
  "X-Request-Id": text("Id of this request: the caller's if it was sane, else a new one."),
};
const REPLAYED_ANSWER = {
  "Idempotent-Replayed": text("`true` when this is the first answer again."),
};

/** Headers that come with a status, beside the request's id. */
const HEADERS_BY_STATUS: Record<string, Record<string, ReturnType<typeof text>>> = {
  401: { "WWW-Authenticate": text("How to authenticate: `Bearer`.") },
  405: { Allow: text("The methods this path takes.") },
  409: { "Retry-After": text("Seconds, where trying again will help.") },
  429: { "Retry-After": text("Seconds to wait before trying again.") },
  503: { "Retry-After": text("Seconds to wait before trying again.") },
};

const REQUEST_ID_PARAMETER = {
  name: "X-Request-Id",
  in: "header" as const,
  description: "Yours to choose: up to 100 of A-Z a-z 0-9 . _ : -",
  schema: { type: "string" as const, maxLength: 100 },
};

const IDEMPOTENCY_PARAMETER = {
  name: "Idempotency-Key",
  in: "header" as const,
  description:
    "A repeat with the same key and body gets the first answer again (`Idempotent-Replayed: " +
    "true`) for 24 hours; another body is 422, a repeat while the first still runs 409. Answers " +
    "of 400, 429 and 5xx are not kept.",
  schema: { type: "string" as const, maxLength: 200 },
};

/** Every code this route can answer: its own, and those of the guards it passes. */
function codesOf({ errors, limiter, permission, method }: RouteDeclaration): Set<ErrorCode> {
  const codes = new Set<ErrorCode>(["invalid_input", "method_not_allowed", "internal"]);
  for (const code of errors ?? []) codes.add(code);
  if (limiter !== "none") codes.add("overloaded").add("rate_limited");
  if (permission !== null) codes.add("unauthenticated").add("forbidden");
  if (method === "post") {
    codes.add("too_large").add("unsupported_media_type").add("request_timeout");
    codes.add("conflict").add("idempotency_mismatch");
  }
  return codes;
}

type Responses = RouteConfig["responses"];

function problemResponses(declaration: RouteDeclaration): Responses {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codesOf(declaration)) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: `${STATUS_CODES[status]}: ${codes.map((code) => `\`${code}\``).join(", ")}`,
        content: { "application/problem+json": { schema: Problem } },
      },
    ]),
  );
}

/** Headers that every answer of the method and status may carry, beside the declared ones. */
function withHeaders(method: "get" | "post", responses: Responses): Responses {
  const complete = Object.entries(responses).map(([status, response]) => {
    const headers = {
      ...("headers" in response ? response.headers : {}),
      ...REQUEST_ID_ANSWER,
      ...HEADERS_BY_STATUS[status],
      ...(method === "post" ? REPLAYED_ANSWER : {}),
    };
    return [status, { ...response, headers }];
  });
  return Object.fromEntries(complete);
}

/** The declaration with what its guards add: problems, headers, credentials, the permission's name. */
export function completeOperation(declaration: RouteDeclaration): RouteConfig {
  const { permission, errors: _errors, limiter: _limiter, ...operation } = declaration;
  const { method, description } = operation;
  const responses = {
    ...operation.responses,
    ...problemResponses(declaration),
    ...operation.responses,
  };
  const named = permission === null ? "" : `\n\nPermission: \`${permission}\`.`;
  return {
    ...operation,
    description: `${description}${named}`,
    security: permission === null ? [] : [{ bearerToken: [] }, { apiKey: [] }, { session: [] }],
    parameters:
      method === "post" ? [REQUEST_ID_PARAMETER, IDEMPOTENCY_PARAMETER] : [REQUEST_ID_PARAMETER],
    responses: withHeaders(method, responses),
  };
}

/**
 * Shapes that others refer to, each after those it refers to itself. The generator publishes a
 * shape as it meets it first; met first through a field that may be null, it would be one that may
 * be null everywhere. So a path that is not published shows them to it beforehand.
 */
const SHAPES = [
  ...[Plan, Risk, Change, Finding, ProofProgress, QueryEvidence, MeasuredEvidence],
  ...[Verdict, Verification, Operation, SuggestionItem, RequestableChange, RequestedChanges],
];
const SHAPES_PATH = "/shapes";

/** To be called before any route is registered. */
export function registerShapes({ openAPIRegistry }: OpenAPIHono<RestEnv>): void {
  const responses = SHAPES.map((schema, index) => [
    200 + index,
    { description: "", content: { "application/json": { schema } } },
  ]);
  openAPIRegistry.registerPath({
    method: "get",
    path: SHAPES_PATH,
    responses: Object.fromEntries(responses),
  });
}

function registerCredentials({ openAPIRegistry }: OpenAPIHono<RestEnv>): void {
  openAPIRegistry.registerComponent("securitySchemes", "bearerToken", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description:
      "`aud` is `agentic-sidecar`, `exp` is required. A data product signs its own: `iss` and `sub` " +
      "are its id, with the secret shared with it (HS256) or a key it publishes (EdDSA, ES256, " +
      "ES384, PS256, RS256). The sidecar issues those of people and agents. An API key is taken too.",
  });
  openAPIRegistry.registerComponent("securitySchemes", "apiKey", {
    ...{ type: "apiKey", in: "header", name: "X-API-Key" },
  });
  openAPIRegistry.registerComponent("securitySchemes", "session", {
    ...{ type: "apiKey", in: "cookie", name: "next-auth.session-token" },
    description:
      "A person's session, for pages of the sidecar: a write must carry its own `Origin` (or " +
      "`Sec-Fetch-Site: same-origin`) and the content type application/json, even without a body.",
  });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The named shape that a nullable reference was written for; null for anything else. */
function nullableReference(value: Record<string, unknown>): unknown {
  const { allOf } = value;
  if (!Array.isArray(allOf) || allOf.length !== 2) return null;
  const [reference, rest] = allOf;
  if (!isRecord(reference) || !("$ref" in reference) || !isRecord(rest)) return null;
  return Array.isArray(rest.type) && rest.type.includes("null") ? reference : null;
}

/**
 * The generator (zod-to-openapi 9.1, its pull request 387) writes a nullable named shape as
 * `allOf: [$ref, {type: [..., "null"]}]`, which refuses null: the reference does. Written anew.
 */
function mendNullable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mendNullable);
  if (!isRecord(value)) return value;
  const reference = nullableReference(value);
  if (reference !== null) return { anyOf: [reference, { type: "null" }] };
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, mendNullable(inner)]),
  );
}

/** The OpenAPI 3.1 document of the app's routes, made from the schemas that guard them. */
export function createOpenApiDocument(app: OpenAPIHono<RestEnv>): OpenApiDocument {
  registerCredentials(app);
  const { paths, ...document } = app.getOpenAPI31Document({
    openapi: "3.1.1",
    info: {
      title: "Agentic Sidecar",
      version: "1.0.0",
      description:
        "The agent beside a DuckDB data product: it proposes improvements, measures each on a " +
        "shadow copy, and executes what a person approved. Errors are problem+json (RFC 9457) " +
        "with a stable `code`.",
      license: { name: "MIT" },
    },
    servers: [{ url: "/" }],
  });
  const { [SHAPES_PATH]: _, ...published } = paths ?? {};
  // Mending keeps the document's shape: it only rewrites schemas.
  return mendNullable({ ...document, paths: published }) as OpenApiDocument;
}
