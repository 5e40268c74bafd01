import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import {
  CONNECTOR_VERSION,
  CONNECTOR_VERSION_HEADER,
  ConnectorExecuteRequest,
  ConnectorOperation,
  ConnectorQueryRequest,
  ConnectorQueryResult,
  ProductSchema,
  Workload,
} from "@/server/contracts";
import { AppError } from "@/server/platform";
import type { QueryCapture } from "../engine/capture";
import { createRoutes, jsonBody } from "../http/app";
import type { Connector } from "./connector";
import { exportTable } from "./export-table";
import { runConnectorQuery } from "./run-query";

const WorkloadQuery = z.object({
  since: z.iso
    .datetime({ offset: true })
    .optional()
    .describe("Calls since this instant; since the product started when left out."),
});

const ExportQuery = z.object({
  rows_max: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000_000)
    .describe("All rows when the table has at most this many, otherwise a sample of this many."),
  seed: z.coerce
    .number()
    .int()
    .min(0)
    .max(2_147_483_647)
    .default(1)
    .describe("The same seed over the same data gives the same sample."),
});

/** Every error answer. */
const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string().describe("Stable; see docs/connector.md."),
    detail: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: "Problem" });

const OperationId = ConnectorExecuteRequest.shape.operation_id;

const problem = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: Problem } },
});
const REFUSED = {
  400: problem("The request does not match the contract."),
  401: problem("No token, or one that is not good."),
  503: problem("The sidecar's public keys cannot be fetched now."),
};
const ok = <Schema extends z.ZodType>(description: string, schema: Schema) => ({
  description,
  content: { "application/json": { schema } },
});

const getSchema = createRoute({
  method: "get",
  path: "/connector/schema",
  operationId: "getSchema",
  summary: "Tables, types, constraints, indexes, live row counts and column statistics",
  responses: { 200: ok("The schema", ProductSchema), ...REFUSED },
});
const getWorkload = createRoute({
  method: "get",
  path: "/connector/workload",
  operationId: "getWorkload",
  summary: "Query shapes with counts and latencies",
  request: { query: WorkloadQuery },
  responses: { 200: ok("The workload", Workload), ...REFUSED },
});
const query = createRoute({
  method: "post",
  path: "/connector/query",
  operationId: "query",
  summary: "One read-only SELECT within limits of rows, bytes and time",
  request: { body: jsonBody(ConnectorQueryRequest) },
  responses: {
    200: ok("The rows", ConnectorQueryResult),
    ...REFUSED,
    413: problem("The body, or the answer, is too large."),
    504: problem("The query took longer than timeout_ms, the wait for a connection included."),
  },
});
const execute = createRoute({
  method: "post",
  path: "/connector/execute",
  operationId: "execute",
  summary: "Runs statements in one transaction, once per operation id",
  request: { body: jsonBody(ConnectorExecuteRequest) },
  responses: {
    200: ok("The operation, succeeded or failed", ConnectorOperation),
    ...REFUSED,
    409: problem("schema_changed: the fingerprint is no longer true. Nothing ran."),
    422: problem("idempotency_mismatch: the id was used for other statements."),
  },
});
const getOperation = createRoute({
  method: "get",
  path: "/connector/operations/{id}",
  operationId: "getOperation",
  summary: "An operation, running or ended",
  request: { params: z.object({ id: OperationId }) },
  responses: {
    200: ok("The operation", ConnectorOperation),
    ...REFUSED,
    404: problem("Never seen: it has not run and can be sent."),
  },
});
const exported = createRoute({
  method: "get",
  path: "/connector/export/{table}",
  operationId: "exportTable",
  summary: "The table, or a seeded sample of it, as Parquet",
  request: { params: z.object({ table: z.string().min(1).max(200) }), query: ExportQuery },
  responses: {
    200: {
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
    ...REFUSED,
    404: problem("There is no such table."),
  },
});

/** The published contract, generated from the schemas that both sides validate with. */
function describeConnector(routes: OpenAPIHono) {
  routes.openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description:
      "Signed by the sidecar with its Ed25519 key: `alg` is `EdDSA`, `kid` names one of the " +
      "keys at the sidecar's `/.well-known/jwks.json`, `iss` is `agentic-sidecar`, `sub` is the " +
      "sidecar's agent id, `aud` is this product's id, `exp` is required. The product holds no " +
      "secret of the sidecar.",
  });
  return routes.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Agentic Sidecar: data product connector",
      version: CONNECTOR_VERSION,
      description:
        "What a data product offers to the sidecar beside it. Guide: docs/connector.md. " +
        `Every call and every answer carries \`${CONNECTOR_VERSION_HEADER}: ${CONNECTOR_VERSION}\`; ` +
        "another major version is refused with `unsupported_version`.",
    },
    security: [{ bearer: [] }],
  });
}

/** The connector contract (docs/connector.md). Nothing here is counted as the product's workload. */
export function connectorRoutes(
  connector: Connector,
  capture: QueryCapture,
  productId: string,
): OpenAPIHono {
  const { reads, exports, executor, exportDir } = connector;
  const routes = createRoutes();
  routes.openapi(getSchema, async (c) => c.json(await connector.schema.read(), 200));
  routes.openapi(getWorkload, async (c) => {
    const { since } = c.req.valid("query");
    return c.json(await capture.snapshot(productId, new Date(since ?? 0)), 200);
  });
  routes.openapi(query, async (c) => {
    const request = c.req.valid("json");
    return c.json(await runConnectorQuery(reads, request, c.req.raw.signal), 200);
  });
  routes.openapi(execute, async (c) => c.json(await executor.execute(c.req.valid("json")), 200));
  routes.openapi(getOperation, async (c) => {
    const { id } = c.req.valid("param");
    const found = await reads.use((connection) => executor.find(connection, id));
    if (found === null) throw new AppError("not_found", "This operation was never seen.");
    return c.json(found, 200);
  });
  routes.openapi(exported, async (c) => {
    const { rows_max: rowsMax, seed } = c.req.valid("query");
    const request = { table: c.req.valid("param").table, rowsMax, seed };
    const { signal } = c.req.raw;
    return exports.use((connection) => exportTable(connection, exportDir, request, signal), signal);
  });
  const document = describeConnector(routes);
  routes.get("/connector/openapi.json", (c) => c.json(document));
  return routes;
}
