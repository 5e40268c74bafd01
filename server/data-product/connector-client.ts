import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { z } from "zod";
import {
  ConnectorOperation,
  ConnectorQueryResult,
  ProductSchema,
  Workload,
} from "@/server/contracts";
import { AppError } from "@/server/platform";
import { type CallOptions, type ConnectorOptions, callConnector } from "./call-connector";
import type { DataProduct, TableExport } from "./port";

/** Generous: on a saturated machine a first measurement of all columns takes its time. */
const READ_MS_MAX = 60_000;
const EXPORT_MS_MAX = 300_000;
/** Node's fetch gives up on a silent server after 300 s; the operation can be asked for then. */
const EXECUTE_MS_MAX = 290_000;

const ExportHeaders = z.object({
  rows: z.coerce.number().int().nonnegative(),
  rowsTotal: z.coerce.number().int().nonnegative(),
  method: z.enum(["all", "reservoir"]),
  dataVersion: z.string().min(1),
});

/** The data product behind the connector contract over HTTP. Every answer is checked against it. */
export function createConnectorClient(options: ConnectorOptions): DataProduct {
  const ask = <S extends z.ZodType>(schema: S, path: string, call: CallOptions) =>
    answer(options, schema, path, call);
  return {
    productId: options.productId,
    getSchema: (signal) => ask(ProductSchema, "/connector/schema", { msMax: READ_MS_MAX, signal }),
    getWorkload: (since, signal) =>
      ask(Workload, `/connector/workload?since=${encodeURIComponent(since.toISOString())}`, {
        msMax: READ_MS_MAX,
        signal,
      }),
    query: (body, signal) =>
      ask(ConnectorQueryResult, "/connector/query", {
        body,
        msMax: body.timeout_ms + READ_MS_MAX,
        signal,
      }),
    execute: (body, signal) =>
      ask(ConnectorOperation, "/connector/execute", { body, msMax: EXECUTE_MS_MAX, signal }),
    async getOperation(operationId, signal) {
      const path = `/connector/operations/${encodeURIComponent(operationId)}`;
      try {
        return await ask(ConnectorOperation, path, { msMax: READ_MS_MAX, signal });
      } catch (error) {
        if (error instanceof AppError && error.details?.status === 404) return null;
        throw error;
      }
    },
    exportTable: (table, request) => exportTable(options, table, request),
  };
}

async function answer<S extends z.ZodType>(
  options: ConnectorOptions,
  schema: S,
  path: string,
  call: CallOptions,
): Promise<z.output<S>> {
  return callConnector(options, path, call, async (response) => {
    const parsed = schema.safeParse(await response.json());
    if (!parsed.success) throw outOfContract(path, parsed.error);
    return parsed.data;
  });
}

/** Downloads beside the target and renames at the end: the file is whole or not there. */
async function exportTable(
  options: ConnectorOptions,
  table: string,
  request: Parameters<DataProduct["exportTable"]>[1],
): Promise<TableExport> {
  const query = new URLSearchParams({
    rows_max: String(request.rowsMax),
    seed: String(request.seed),
  });
  const path = `/connector/export/${encodeURIComponent(table)}?${query}`;
  const call = { msMax: EXPORT_MS_MAX, signal: request.signal };
  return callConnector(options, path, call, async (response, signal) => {
    const parsed = ExportHeaders.safeParse({
      rows: response.headers.get("x-rows"),
      rowsTotal: response.headers.get("x-rows-total"),
      method: response.headers.get("x-sample-method"),
      dataVersion: response.headers.get("x-data-version"),
    });
    if (!parsed.success || response.body === null) throw outOfContract(path, parsed.error);
    await download(response.body as ReadableStream, request.file, signal);
    return { file: request.file, ...parsed.data };
  });
}

async function download(body: ReadableStream, file: string, signal: AbortSignal): Promise<void> {
  const partial = `${file}.partial`;
  try {
    await pipeline(Readable.fromWeb(body), createWriteStream(partial), { signal });
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

function outOfContract(path: string, cause: unknown): AppError {
  return new AppError(
    "product_refused",
    `The data product's answer to ${path.split("?")[0]} is not what the connector contract says.`,
    { cause },
  );
}
