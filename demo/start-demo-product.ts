import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { DuckDBInstance } from "@duckdb/node-api";
import { getRequestListener } from "@hono/node-server";
import { createShapeParser, type ShapeParser } from "@/server/workload";
import { monitoringRoutes } from "./api/monitoring";
import { tableRoutes } from "./api/tables";
import { type Connector, openConnector } from "./connector/connector";
import type { ProductIdentity } from "./connector/read-schema";
import { connectorRoutes } from "./connector/routes";
import type { Domain } from "./domain";
import { DOMAINS, type DomainName } from "./domains";
import { QueryCapture } from "./engine/capture";
import { Database } from "./engine/database";
import { type Engine, openEngine } from "./engine/open";
import { createProductApp } from "./http/app";
import { startWorkload } from "./workload/run";

export interface DemoProductOptions {
  /** 0 takes a free one. */
  port: number;
  /** Whose data product it is; financing's (DuckDB Spawn) unless said otherwise. */
  domain?: DomainName;
  /** Rows of its largest table, generated when the data folder is empty; kept data is used as it is. */
  rows: number;
  dataDir: string;
  /** 0 turns the own workload off. */
  queriesPerSecond: number;
  /** Throws AppError `unauthenticated` for a token that is not good. */
  verifyToken(token: string): Promise<void>;
  /** Whether the own workload runs; true unless said otherwise. */
  workload?: boolean;
  productId?: string;
  onError?(error: unknown): void;
  onLogLevel?(level: "DEBUG" | "INFO" | "WARNING" | "ERROR"): void;
}

export interface DemoProduct {
  url: string;
  /** Stops the workload, ends requests, writes a checkpoint and closes the database. */
  close(): Promise<void>;
}

/** Starts the demo data product: data, API, connector and workload, on the loopback address. */
export async function startDemoProduct(options: DemoProductOptions): Promise<DemoProduct> {
  const onError = options.onError ?? (() => undefined);
  const domain: Domain = DOMAINS[options.domain ?? "financing"];
  await assertPortFree(options.port);
  await mkdir(options.dataDir, { recursive: true });
  const engine = await openEngine(options.dataDir, (dataEnd) =>
    domain.dataSql(options.rows, dataEnd),
  );
  const parser = await createShapeParser();
  const parts = await openParts(engine, parser, {
    productId: options.productId ?? "duckdb-spawn",
    domain: domain.name,
  });
  const app = createProductApp({ verifyToken: options.verifyToken, onError }, [
    domain.routes(parts.database),
    tableRoutes(parts.database, domain.tables),
    monitoringRoutes(parts.database, options.onLogLevel ?? (() => undefined)),
    parts.connectorRoutes,
  ]);
  const server = createServer(getRequestListener(app.fetch));
  try {
    await listen(server, options.port);
  } catch (error) {
    await closeParts(engine.instance, parser, parts);
    throw error;
  }
  const isBusy = options.queriesPerSecond > 0 && options.workload !== false;
  const workload = isBusy
    ? startWorkload(
        parts.database,
        await domain.openWorkload(parts.database),
        options.queriesPerSecond,
        onError,
      )
    : null;
  let closing: Promise<void> | null = null;
  const close = async () => {
    await workload?.stop();
    await stopServer(server);
    await closeParts(engine.instance, parser, parts);
  };
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

interface Parts {
  capture: QueryCapture;
  database: Database;
  connector: Connector;
  connectorRoutes: ReturnType<typeof connectorRoutes>;
}

async function openParts(
  engine: Engine,
  parser: ShapeParser,
  identity: ProductIdentity,
): Promise<Parts> {
  const capture = new QueryCapture((sql) => parser.normalize(sql));
  const database = await Database.open(engine, capture);
  const connector = await openConnector(engine, database.writes, identity);
  return {
    capture,
    database,
    connector,
    connectorRoutes: connectorRoutes(connector, capture, identity.productId),
  };
}

/** After the last write the file is checkpointed, so that the next start replays nothing. */
async function closeParts(
  instance: DuckDBInstance,
  parser: ShapeParser,
  { capture, database, connector }: Parts,
): Promise<void> {
  await connector.schema.settled();
  await database.writes.run((connection) => connection.run("CHECKPOINT")).catch(() => undefined);
  // DuckDB crashes when a connection is closed under a running call.
  await capture.settled();
  connector.close();
  database.close();
  parser.close();
  instance.closeSync();
}

/** A taken port is said at once, not after the data was generated. */
async function assertPortFree(port: number): Promise<void> {
  const probe = createServer();
  await listen(probe, port);
  await stopServer(probe);
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
}

async function stopServer(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  await closed;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return address.port;
}
