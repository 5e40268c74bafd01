import { STATUS_CODES } from "node:http";
import {
  createDocument,
  type oas31,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
} from "zod-openapi";
import {
  AnalyzeRequest,
  ApproveRequest,
  type ErrorCode,
  Evidence,
  ExecuteRequest,
  MeasuredEvidence,
  MessageEnvelope,
  MessageReceipt,
  Operation,
  Plan,
  PROBLEMS,
  Problem,
  ProofProgress,
  QueryEvidence,
  RejectRequest,
  Risk,
  Suggestion,
  SuggestionItem,
  SuggestionPage,
  SuggestionSummary,
  Verdict,
  Verification,
} from "@/server/contracts";
import type { DocumentedAnswer, Route } from "./define-route";
import { pruneSchemas } from "./prune-schemas";

/** Named in the document, so that a reader meets each shape once. */
const SCHEMAS = {
  AnalyzeRequest,
  ApproveRequest,
  Evidence,
  ExecuteRequest,
  MeasuredEvidence,
  MessageEnvelope,
  MessageReceipt,
  Operation,
  Plan,
  Problem,
  ProofProgress,
  QueryEvidence,
  RejectRequest,
  Risk,
  Suggestion,
  SuggestionItem,
  SuggestionPage,
  SuggestionSummary,
  Verdict,
  Verification,
};

const SECURITY_SCHEMES: Record<string, oas31.SecuritySchemeObject> = {
  bearerToken: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description:
      "`aud` is `agentic-sidecar`, `exp` is required. A data product signs its own: `iss` and `sub` " +
      "are its id, with the secret shared with it (HS256) or a key it publishes (EdDSA, ES256, " +
      "ES384, PS256, RS256). The sidecar issues those of people and agents. An API key is taken too.",
  },
  apiKey: { type: "apiKey", in: "header", name: "X-API-Key" },
  session: { type: "apiKey", in: "cookie", name: "next-auth.session-token" },
};

const REQUEST_ID_HEADER = {
  "X-Request-Id": {
    description: "Id of this request: the caller's if it was sane, else a new one.",
    schema: { type: "string" as const },
  },
};

const REQUEST_HEADERS: oas31.ParameterObject[] = [
  {
    name: "X-Request-Id",
    in: "header",
    description: "Yours to choose: up to 100 of A-Z a-z 0-9 . _ : -",
    schema: { type: "string", maxLength: 100 },
  },
];

const IDEMPOTENCY_HEADER: oas31.ParameterObject = {
  name: "Idempotency-Key",
  in: "header",
  description:
    "A repeat with the same key and body gets the first answer again (`Idempotent-Replayed: " +
    "true`) for 24 hours; another body is 422, a repeat while the first still runs 409. Answers " +
    "of 5xx and 429 are not kept.",
  schema: { type: "string", maxLength: 200 },
};

/** Every code this route can answer: its own, and those of the guards it passes. */
function codesOf(route: Route): Set<ErrorCode> {
  const codes = new Set<ErrorCode>(["invalid_input", "internal", ...route.errors]);
  if (route.gate !== "none") codes.add("overloaded");
  if (route.permission !== null) codes.add("unauthenticated").add("forbidden");
  if (route.method === "POST") {
    codes.add("too_large").add("unsupported_media_type");
    codes.add("conflict").add("idempotency_mismatch");
  }
  return codes;
}

function answer({ description, schema, contentType, headers }: DocumentedAnswer) {
  const told = Object.entries(headers ?? {}).map(([name, text]) => [
    name,
    { description: text, schema: { type: "string" } },
  ]);
  const mediaType = schema === undefined ? {} : { schema };
  return {
    description,
    headers: { ...REQUEST_ID_HEADER, ...Object.fromEntries(told) },
    content: { [contentType ?? "application/json"]: mediaType },
  } satisfies ZodOpenApiResponseObject;
}

function problemAnswers(route: Route): Record<string, ZodOpenApiResponseObject> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codesOf(route)) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: `${STATUS_CODES[status]}: ${codes.map((code) => `\`${code}\``).join(", ")}`,
        headers: REQUEST_ID_HEADER,
        content: { "application/problem+json": { schema: Problem } },
      },
    ]),
  );
}

function descriptionOf({ description, permission, body, unknownFields }: Route): string {
  const refuses = body !== null && unknownFields === "refuse";
  return [
    description,
    ...(refuses ? ["Unknown fields of the body are refused."] : []),
    ...(permission === null ? [] : [`Permission: \`${permission}\`.`]),
  ].join("\n\n");
}

function operationOf(route: Route): ZodOpenApiOperationObject {
  const answers = Object.entries(route.answers).map(([status, told]) => [status, answer(told)]);
  const isGuarded = route.permission !== null;
  const body = route.body === null ? null : { "application/json": { schema: route.body } };
  return {
    operationId: route.operationId,
    tags: [route.tag],
    summary: route.summary,
    description: descriptionOf(route),
    security: isGuarded ? [{ bearerToken: [] }, { apiKey: [] }, { session: [] }] : [],
    requestParams: { path: route.params, query: route.query },
    parameters:
      route.method === "POST" ? [...REQUEST_HEADERS, IDEMPOTENCY_HEADER] : REQUEST_HEADERS,
    ...(body === null ? {} : { requestBody: { required: !route.isBodyOptional, content: body } }),
    responses: { ...problemAnswers(route), ...Object.fromEntries(answers) },
  };
}

function pathsOf(routes: readonly Route[]): ZodOpenApiPathsObject {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) {
    const method = route.method === "GET" ? "get" : "post";
    paths[route.path] = { ...paths[route.path], [method]: operationOf(route) };
  }
  return paths;
}

/** The OpenAPI 3.1 document of the given routes, made from the schemas that guard them. */
export function createOpenApiDocument(routes: readonly Route[]): oas31.OpenAPIObject {
  const document = createDocument({
    openapi: "3.1.1",
    info: {
      title: "Agentic Sidecar",
      version: "1.0.0",
      description:
        "The agent beside a DuckDB data product: it proposes improvements, measures each on a " +
        "shadow copy, and executes what a person approved. Errors are problem+json (RFC 9457) " +
        "with a stable `code`.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    paths: pathsOf(routes),
    components: { schemas: SCHEMAS, securitySchemes: SECURITY_SCHEMES },
  });
  return pruneSchemas(document);
}
