import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import type { z } from "zod";
import { ConnectorOperation, ConnectorQueryResult, type ProductPlace } from "@/server/contracts";
import { AppError } from "@/server/platform";
import { type CallOptions, type ConnectorOptions, callConnector } from "./call-connector";
import { checkOperation, checkQueryResult } from "./check-answers";
import { checkParquet, readExportHeaders } from "./check-export";
import type { DataProduct, TableExport } from "./port";
import { productError, wrongField } from "./product-error";
import { checkContentType, type GoodAnswer, readJson } from "./read-answer";
import { readSchema } from "./read-schema";
import { readWorkload } from "./read-workload";

/** Generous: on a saturated machine a first measurement of all columns takes its time. */
const READ_MS_MAX = 60_000;
const EXPORT_MS_MAX = 300_000;
/** Node's fetch gives up on a silent server after 300 s; the operation can be asked for then. */
const EXECUTE_MS_MAX = 290_000;

/** The data product behind the connector contract over HTTP. Every answer is checked against it. */
export function createConnectorClient(options: ConnectorOptions): DataProduct {
  const { productId, baseUrl } = options;
  const read = { msMax: READ_MS_MAX };
  return {
    productId,
    baseUrl,
    getSchema: (signal) =>
      callConnector(options, "/connector/schema", { ...read, signal }, async (answer) =>
        readSchema(answer.place, await readJson(answer), productId),
      ),
    getWorkload: (since, signal) => {
      const path = `/connector/workload?since=${encodeURIComponent(since.toISOString())}`;
      return callConnector(options, path, { ...read, signal }, async (answer) => {
        const asked = { productId, since, now: new Date() };
        return readWorkload(answer.place, await readJson(answer), asked);
      });
    },
    query: (body, signal) => {
      const call = { body, msMax: body.timeout_ms + READ_MS_MAX, signal };
      return ask(options, "/connector/query", call, ConnectorQueryResult, (place, result) =>
        checkQueryResult(place, result, body),
      );
    },
    execute: (body, signal) => {
      const call = { body, msMax: EXECUTE_MS_MAX, signal };
      return ask(options, "/connector/execute", call, ConnectorOperation, (place, operation) =>
        checkOperation(place, operation, body.operation_id),
      );
    },
    async getOperation(operationId, signal) {
      const path = `/connector/operations/${encodeURIComponent(operationId)}`;
      try {
        return await ask(options, path, { ...read, signal }, ConnectorOperation, (place, found) =>
          checkOperation(place, found, operationId),
        );
      } catch (error) {
        // Any other 404 comes from something that knows no operations.
        if (error instanceof AppError && error.details?.code === "not_found") return null;
        throw error;
      }
    },
    exportTable: (table, request) => exportTable(options, table, request),
  };
}

/** One call whose answer is JSON: read, held against its schema, then against what was asked. */
function ask<S extends z.ZodType>(
  options: ConnectorOptions,
  path: string,
  call: CallOptions,
  schema: S,
  check: (place: ProductPlace, found: z.output<S>) => void,
): Promise<z.output<S>> {
  return callConnector(options, path, call, async (answer) => {
    const parsed = schema.safeParse(await readJson(answer));
    if (!parsed.success) throw wrongField(answer.place, parsed.error);
    check(answer.place, parsed.data);
    return parsed.data;
  });
}

const PARQUET_TYPE = "application/vnd.apache.parquet";
const IS_PARQUET_TYPE = /^application\/(vnd\.apache\.parquet|octet-stream)$/;

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
  return callConnector(options, path, call, async (answer) => {
    const { response, place } = answer;
    checkContentType(answer, IS_PARQUET_TYPE, PARQUET_TYPE);
    const described = readExportHeaders(place, response.headers, request.rowsMax);
    await download(answer, request.file, described.rows);
    return { file: request.file, ...described };
  });
}

/** Downloads beside the target and renames at the end: the file is whole or not there. */
async function download(
  { response, place, signal }: GoodAnswer,
  file: string,
  rows: number,
): Promise<void> {
  if (response.body === null)
    throw productError(place, "wrong_file", { what: "the answer is empty" });
  const partial = `${file}.partial`;
  try {
    const written = createWriteStream(partial);
    // A body that breaks off before the file is there would have it made after it was removed.
    await once(written, "open");
    const body = Readable.fromWeb(response.body as ReadableStream);
    await pipeline(body, written, { signal });
    await checkParquet(place, partial, rows);
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
