import { z } from "zod";
import type { JsonScalar } from "@/server/contracts";
import { SQL } from "../api/project-queries";
import { readRows } from "../connector/catalog";
import { readDataEnd } from "../data/generate";
import type { Database } from "../engine/database";

export interface WorkloadCall {
  sql: string;
  parameters: JsonScalar[];
}

type Draw = (population: Population, random: () => number) => WorkloadCall;
const DAY_MS = 86_400_000;
const STATUSES = ["PROPOSED", "ACTIVE", "COMPLETED"] as const;

/**
 * What people do with the product, by share of calls: look projects up, report on the latest weeks
 * and on single months, refresh dashboards. Popular projects and recent months come more often.
 */
const MIX: { share: number; draw: Draw }[] = [
  { share: 0.32, draw: (from, random) => call(SQL.byName, popular(from, random).project_name) },
  { share: 0.2, draw: (from, random) => call(SQL.byId, popular(from, random).project_id) },
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

/** The next read of the workload. */
export function drawRead(population: Population, random: () => number): WorkloadCall {
  let left = random() * MIX.reduce((sum, each) => sum + each.share, 0);
  for (const { share, draw } of MIX) {
    left -= share;
    if (left < 0) return draw(population, random);
  }
  return call(SQL.statusDashboard);
}

/** A project that exists; the first of the population are asked for most. */
export function popular(population: Population, random: () => number) {
  const at = Math.floor(population.projects.length * random() ** 2);
  const project = population.projects[at];
  if (!project) throw new Error("The workload needs projects to ask for.");
  return project;
}

function drawMonth({ dataEnd }: Population, random: () => number): WorkloadCall {
  const monthsBack = 1 + Math.floor(36 * random() ** 2);
  const year = dataEnd.getUTCFullYear();
  const month = dataEnd.getUTCMonth() - monthsBack;
  const first = new Date(Date.UTC(year, month, 1));
  const last = new Date(Date.UTC(year, month + 1, 0));
  return call(SQL.period, dayText(first), dayText(last));
}

export function pick<T>(values: readonly T[], random: () => number): T {
  const value = values[Math.floor(values.length * random())];
  if (value === undefined) throw new Error("The workload needs values to pick from.");
  return value;
}

const call = (sql: string, ...parameters: JsonScalar[]): WorkloadCall => ({ sql, parameters });
const dayText = (day: Date) => day.toISOString().slice(0, 10);
const daysBefore = (day: Date, days: number) =>
  dayText(new Date(day.getTime() - Math.floor(days) * DAY_MS));

/** Seeded uniform numbers in [0, 1) (mulberry32): the same seed, the same workload. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

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
