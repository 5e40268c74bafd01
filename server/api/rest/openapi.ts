import { STATUS_CODES } from "node:http";
import type { OpenAPIHono, RouteConfig } from "@hono/zod-openapi";
import {
  CardGain,
  CardQuery,
  Change,
  DecisionCard,
  type ErrorCode,
  Finding,
  MeasuredEvidence,
  MessageEnvelope,
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
import { contentSchemas } from "@/server/messaging";
import type { RestEnv } from "./services";

interface HeaderParameter {
  name: string;
  in: "header";
  required?: boolean;
  description: string;
  schema: { type: "string"; maxLength: number };
}

/** All that is published of a route and that decides how it is guarded. */
export type RouteDeclaration = Omit<
  RouteConfig,
  "method" | "middleware" | "parameters" | "security"
> & {
  /** Headers beside those that every route takes. */
  sentHeaders?: readonly HeaderParameter[];
  method: "get" | "post" | "put" | "delete";
  /** OpenAPI form: `/agent/suggestions/{id}`. */
  path: string;
  operationId: string;
  tags: [string];
  summary: string;
  description: string;
  /** null: open to everybody, unless `credentials` says otherwise. */
  permission: Permission | null;
  /** Names of the security schemes that let callers in, where they are not the usual three. */
  credentials?: readonly string[];
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

/** Methods that send a body, and may carry an Idempotency-Key. */
export const isSending = (method: RouteDeclaration["method"]): boolean =>
  method === "post" || method === "put";

/** Every code this route can answer: its own, and those of the guards it passes. */
function codesOf({ errors, limiter, permission, method }: RouteDeclaration): Set<ErrorCode> {
  const codes = new Set<ErrorCode>(["invalid_input", "method_not_allowed", "internal"]);
  for (const code of errors ?? []) codes.add(code);
  if (limiter !== "none") codes.add("overloaded").add("rate_limited");
  if (permission !== null) codes.add("unauthenticated").add("forbidden");
  if (isSending(method)) {
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
function withHeaders(method: RouteDeclaration["method"], responses: Responses): Responses {
  const complete = Object.entries(responses).map(([status, response]) => {
    const headers = {
      ...("headers" in response ? response.headers : {}),
      ...REQUEST_ID_ANSWER,
      ...HEADERS_BY_STATUS[status],
      ...(isSending(method) ? REPLAYED_ANSWER : {}),
    };
    return [status, { ...response, headers }];
  });
  return Object.fromEntries(complete);
}

const CREDENTIALS = ["bearerToken", "apiKey", "session"];

/** The declaration with what its guards add: problems, headers, credentials, the permission's name. */
export function completeOperation(declaration: RouteDeclaration): RouteConfig {
  const {
    permission,
    credentials,
    sentHeaders,
    errors: _errors,
    limiter: _limiter,
    ...operation
  } = declaration;
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
    security: (credentials ?? (permission === null ? [] : CREDENTIALS)).map((name) => ({
      [name]: [],
    })),
    parameters: [
      REQUEST_ID_PARAMETER,
      ...(isSending(method) ? [IDEMPOTENCY_PARAMETER] : []),
      ...(sentHeaders ?? []),
    ],
    responses: withHeaders(method, responses),
  };
}

/**
 * Shapes that others refer to, each after those it refers to itself. The generator publishes a
 * shape as it meets it first; met first through a field that may be null, it would be one that may
 * be null everywhere. So a path that is not published shows them to it beforehand.
 */
const SHAPES = [
  ...[CardGain, CardQuery, DecisionCard],
  ...[Plan, Risk, Change, Finding, ProofProgress, QueryEvidence, MeasuredEvidence],
  ...[Verdict, Verification, Operation, SuggestionItem, RequestableChange, RequestedChanges],
  MessageEnvelope,
];
const SHAPES_PATH = "/shapes";

/** Name of the shape of a type's content: `schema_proposal` is `SchemaProposalContent`. */
export const contentName = (type: string): string =>
  `${type.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())}Content`;

/** To be called before any route of the sidecar is registered. */
export function registerShapes(app: OpenAPIHono<RestEnv>): void {
  registerCredentials(app);
  registerContents(app);
  const responses = SHAPES.map((schema, index) => [
    200 + index,
    { description: "", content: { "application/json": { schema } } },
  ]);
  app.openAPIRegistry.registerPath({
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

/** The content of each type of message, as a shape of its own. */
function registerContents({ openAPIRegistry }: OpenAPIHono<RestEnv>): void {
  for (const [type, schema] of Object.entries(contentSchemas())) {
    openAPIRegistry.registerComponent("schemas", contentName(type), schema);
  }
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

/** What a document says of the whole interface. */
export interface ApiDescription {
  title: string;
  description: string;
}

/** The OpenAPI 3.1 document of the app's routes, made from the schemas that guard them. */
export function createOpenApiDocument(
  app: OpenAPIHono<RestEnv>,
  { title, description }: ApiDescription,
): OpenApiDocument {
  const { paths, ...document } = app.getOpenAPI31Document({
    openapi: "3.1.1",
    info: { title, version: "1.0.0", description, license: { name: "MIT" } },
    servers: [{ url: "/" }],
  });
  const { [SHAPES_PATH]: _, ...published } = paths ?? {};
  // Mending keeps the document's shape: it only rewrites schemas.
  return mendNullable({ ...document, paths: published }) as OpenApiDocument;
}
