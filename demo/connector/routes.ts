import { z } from "zod";
import { ConnectorExecuteRequest, ConnectorQueryRequest } from "@/server/contracts";
import { AppError } from "@/server/platform";
import type { QueryCapture } from "../engine/capture";
import { parseInput, type Route } from "../http/route";
import type { Connector } from "./connector";
import { exportTable } from "./export-table";
import { connectorOpenApi } from "./openapi";
import { ExportQuery, WorkloadQuery } from "./parameters";
import { runConnectorQuery } from "./run-query";

const OperationId = ConnectorExecuteRequest.shape.operation_id;

/** The connector contract (docs/connector.md). Nothing here is counted as the product's workload. */
export function connectorRoutes(
  connector: Connector,
  capture: QueryCapture,
  productId: string,
): Route[] {
  return [
    {
      method: "GET",
      path: "/connector/openapi.json",
      isProtected: false,
      handle: async () => ({ status: 200, body: connectorOpenApi() }),
    },
    protectedRoute("GET", "/connector/schema", async () => connector.schema.read()),
    protectedRoute("GET", "/connector/workload", async (call) => {
      const { since } = parseInput(WorkloadQuery, call.query);
      return capture.snapshot(productId, since === undefined ? new Date(0) : new Date(since));
    }),
    protectedRoute("POST", "/connector/query", async (call) => {
      const request = parseInput(ConnectorQueryRequest, call.body);
      return connector.reads.use((connection) =>
        runConnectorQuery(connection, request, call.signal),
      );
    }),
    protectedRoute("POST", "/connector/execute", async (call) =>
      connector.executor.execute(parseInput(ConnectorExecuteRequest, call.body)),
    ),
    protectedRoute("GET", "/connector/operations/{id}", async (call) => {
      const id = parseInput(OperationId, call.path.id);
      const found = await connector.reads.use((connection) =>
        connector.executor.find(connection, id),
      );
      if (found === null) throw new AppError("not_found", "This operation was never seen.");
      return found;
    }),
    {
      method: "GET",
      path: "/connector/export/{table}",
      isProtected: true,
      handle: async (call) => {
        const query = parseInput(ExportQuery, call.query);
        const table = parseInput(z.string().min(1).max(200), call.path.table);
        const request = { table, rowsMax: query.rows_max, seed: query.seed };
        return connector.exports.use((connection) =>
          exportTable(connection, connector.exportDir, request, call.signal),
        );
      },
    },
  ];
}

function protectedRoute(
  method: Route["method"],
  path: string,
  answer: (call: Parameters<Route["handle"]>[0]) => Promise<unknown>,
): Route {
  return {
    method,
    path,
    isProtected: true,
    handle: async (call) => ({ status: 200, body: await answer(call) }),
  };
}
