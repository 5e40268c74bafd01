import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Database } from "./engine/database";
import type { WorkloadCall } from "./workload/draw";

/** What a product does all day: reads, and beside them now and then a write. */
export interface DomainWorkload {
  read(random: () => number): WorkloadCall;
  write(random: () => number): Promise<void>;
}

/** One team's data product: its data, API and workload. Engine and connector are the same for all. */
export interface Domain {
  /** As the connector tells it. */
  name: string;
  /** Its own tables: no caller may drop them. */
  tables: readonly string[];
  /** Statements that create and fill them; `dataEnd` (YYYY-MM-DD) is the last day of the data. */
  dataSql(rows: number, dataEnd: string): string[];
  routes(database: Database): OpenAPIHono;
  openWorkload(database: Database): Promise<DomainWorkload>;
}
