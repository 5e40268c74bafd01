import { z } from "zod";
import { readRows } from "../connector/catalog";
import { readDataEnd } from "../data/fill";
import type { DomainWorkload } from "../domain";
import type { Database } from "../engine/database";
import {
  call,
  daysBefore,
  dayText,
  drawFrom,
  pick,
  pickPopular,
  type Share,
  timestampText,
  type WorkloadCall,
} from "../workload/draw";
import { insertProject, SQL } from "./project-queries";

const STATUSES = ["PROPOSED", "ACTIVE", "COMPLETED"] as const;

/**
 * What people do with the product, by share of calls: look projects up, report on the latest weeks
 * and on single months, refresh dashboards. Popular projects and recent months come more often.
 */
const MIX: Share<Population>[] = [
  {
    share: 0.32,
    draw: ({ projects }, random) => call(SQL.byName, pickPopular(projects, random).project_name),
  },
  {
    share: 0.2,
    draw: ({ projects }, random) => call(SQL.byId, pickPopular(projects, random).project_id),
  },
  {
    share: 0.16,
    draw: (from, random) => call(SQL.since, daysBefore(from.dataEnd, 14 + 14 * random())),
  },
  { share: 0.1, draw: drawMonth },
  { share: 0.05, draw: () => call(SQL.statusDashboard) },
  { share: 0.04, draw: () => call(SQL.currencyDashboard) },
  {
    share: 0.06,
    draw: (_, random) => call(SQL.statusTotal, pick(STATUSES, random)),
  },
  { share: 0.04, draw: () => call(SQL.latest, 20) },
  { share: 0.03, draw: (from, random) => call(SQL.portfolio, pick(from.portfolioIds, random)) },
];

function drawMonth({ dataEnd }: Population, random: () => number): WorkloadCall {
  const monthsBack = 1 + Math.floor(36 * random() ** 2);
  const year = dataEnd.getUTCFullYear();
  const month = dataEnd.getUTCMonth() - monthsBack;
  const first = new Date(Date.UTC(year, month, 1));
  const last = new Date(Date.UTC(year, month + 1, 0));
  return call(SQL.period, dayText(first), dayText(last));
}

const SIZE_MAX = 2000;

/** What the workload asks for: existing projects and portfolios, and the last day of the data. */
interface Population {
  projects: { project_id: string; project_name: string }[];
  portfolioIds: string[];
  dataEnd: Date;
}

/** Reads it once, outside of the captured workload. */
function readPopulation(database: Database): Promise<Population> {
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

async function write(
  database: Database,
  { projects }: Population,
  random: () => number,
): Promise<void> {
  if (random() < 0.2) {
    const status = pick(["ACTIVE", "COMPLETED"], random);
    const { project_id } = pickPopular(projects, random);
    await database.write(SQL.setStatus, [status, timestampText(new Date()), project_id]);
    return;
  }
  await insertProject(database, {
    project_name: `${pick(["Solar", "Wind", "Grid", "Rail"], random)} Nova ${Math.floor(1e7 * random())}`,
    description: null,
    total_amount: Math.round(1e9 * random() ** 3) / 100,
    maturity_years: 5 + Math.floor(36 * random()),
    expected_tri: Math.round(1500 * random()) / 100,
    dscr: 1 + Math.round(100 * random()) / 100,
    status: "PROPOSED",
    currency_code: pick(["EUR", "EUR", "USD"], random),
  });
}

export async function openWorkload(database: Database): Promise<DomainWorkload> {
  const population = await readPopulation(database);
  return {
    read: (random) => drawFrom(MIX, population, random),
    write: (random) => write(database, population, random),
  };
}
