import { z } from "zod";
import { readRows } from "../connector/catalog";
import { readDataEnd } from "../data/ensure-data";
import type { Database } from "../engine/database";

const SIZE_MAX = 2000;

/** What the workload asks for: existing projects and portfolios, and the last day of the data. */
export interface Population {
  projects: { project_id: string; project_name: string }[];
  portfolioIds: string[];
  dataEnd: Date;
}

/** Reads it once, outside of the captured workload. */
export function readPopulation(database: Database): Promise<Population> {
  return database.inspect(async (connection) => {
    const projects = await readRows(
      connection,
      z.object({ project_id: z.string(), project_name: z.string() }),
      `SELECT project_id, project_name FROM projects
       USING SAMPLE reservoir(${SIZE_MAX} ROWS) REPEATABLE (1)`,
    );
    const portfolios = await readRows(
      connection,
      z.object({ portfolio_id: z.string() }),
      "SELECT portfolio_id FROM portfolios ORDER BY 1",
    );
    return {
      projects,
      portfolioIds: portfolios.map((row) => row.portfolio_id),
      dataEnd: new Date(await readDataEnd(connection)),
    };
  });
}
