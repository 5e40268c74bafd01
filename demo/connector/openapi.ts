import { z } from "zod";
import { createDocument, type ZodOpenApiPathsObject } from "zod-openapi";
import {
  ConnectorExecuteRequest,
  ConnectorOperation,
  ConnectorQueryRequest,
  ConnectorQueryResult,
  ProductSchema,
  Workload,
} from "@/server/contracts";
import { ExportQuery, Problem, WorkloadQuery } from "./parameters";

type Document = ReturnType<typeof createDocument>;
let document: Document | undefined;

/** The published contract, generated from the schemas that both sides validate with. */
export function connectorOpenApi(): Document {
  document ??= createDocument({
    openapi: "3.1.0",
    info: {
      title: "Agentic Sidecar: data product connector",
      version: "1.0.0",
      description: "What a data product offers to the sidecar beside it. Guide: docs/connector.md.",
    },
    security: [{ bearer: [] }],
    components: {
      securitySchemes: {
        bearer: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description:
            "Signed by the sidecar with its Ed25519 key: `alg` is `EdDSA`, `kid` names one of the " +
            "keys at the sidecar's `/.well-known/jwks.json`, `iss` is `agentic-sidecar`, `aud` is " +
            "this product's id, `exp` is required. The product holds no secret of the sidecar.",
        },
      },
    },
    paths,
  });
  return document;
}

const json = (schema: z.ZodType) => ({ content: { "application/json": { schema } } });
const problem = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: Problem } },
});
const answers = (description: string, schema: z.ZodType) => ({
  "200": { description, ...json(schema) },
  "400": problem("The request does not match the contract."),
  "401": problem("No token, or one that is not good."),
  "503": problem("The sidecar's public keys cannot be fetched now."),
});

const paths: ZodOpenApiPathsObject = {
  "/connector/schema": {
    get: {
      operationId: "getSchema",
      summary: "Tables, types, constraints, indexes, live row counts and column statistics",
      responses: answers("The schema", ProductSchema),
    },
  },
  "/connector/workload": {
    get: {
      operationId: "getWorkload",
      summary: "Query shapes with counts and latencies",
      requestParams: { query: WorkloadQuery },
      responses: answers("The workload", Workload),
    },
  },
  "/connector/query": {
    post: {
      operationId: "query",
      summary: "One read-only SELECT within row and time limits",
      requestBody: { required: true, ...json(ConnectorQueryRequest) },
      responses: {
        ...answers("The rows", ConnectorQueryResult),
        "504": problem("The query took longer than timeout_ms."),
        "413": problem("The body is too large."),
      },
    },
  },
  "/connector/export/{table}": {
    get: {
      operationId: "exportTable",
      summary: "The table, or a seeded sample of it, as Parquet",
      requestParams: { path: z.object({ table: z.string() }), query: ExportQuery },
      responses: {
        "200": {
          description: "A Parquet file, rows in stored order",
          headers: z.object({
            "X-Rows": z.int().meta({ description: "Rows in the file" }),
            "X-Rows-Total": z.int().meta({ description: "Rows in the table" }),
            "X-Sample-Method": z.enum(["all", "reservoir"]),
            "X-Data-Version": z.string(),
          }),
          content: {
            "application/vnd.apache.parquet": { schema: { type: "string", format: "binary" } },
          },
        },
        "401": problem("No token, or one that is not good."),
        "404": problem("There is no such table."),
      },
    },
  },
  "/connector/execute": {
    post: {
      operationId: "execute",
      summary: "Runs statements in one transaction, once per operation id",
      requestBody: { required: true, ...json(ConnectorExecuteRequest) },
      responses: {
        ...answers("The operation, succeeded or failed", ConnectorOperation),
        "409": problem("schema_changed: the fingerprint is no longer true. Nothing ran."),
        "422": problem("idempotency_mismatch: the id was used for other statements."),
      },
    },
  },
  "/connector/operations/{id}": {
    get: {
      operationId: "getOperation",
      summary: "An operation, running or ended",
      requestParams: { path: z.object({ id: z.string() }) },
      responses: {
        ...answers("The operation", ConnectorOperation),
        "404": problem("Never seen: it has not run and can be sent."),
      },
    },
  },
};
