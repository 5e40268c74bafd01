import { z } from "zod";
import { readRows } from "../connector/catalog";
import { readDataEnd } from "../data/fill";
import type { DomainWorkload } from "../domain";
import type { Database } from "../engine/database";
import {
  call,
  daysBefore,
  drawFrom,
  pick,
  pickPopular,
  type Share,
  timestampText,
} from "../workload/draw";
import { REPORTS } from "./data";
import { reportQuery, SQL } from "./queries";

const SIZE_MAX = 1000;
const CURRENCIES = ["EUR", "EUR", "USD", "GBP", "CHF"] as const;

interface Population {
  projectIds: string[];
  dataEnd: Date;
}

/** Mostly reports; beside them people look single projects up and ask how many are new. */
const MIX: Share<Population>[] = [
  {
    share: 0.6,
    draw: ({ dataEnd }, random) =>
      reportQuery(pick(REPORTS, random), { dataEnd, currency: pick(CURRENCIES, random) }),
  },
  {
    share: 0.25,
    draw: ({ projectIds }, random) => call(SQL.byId, pickPopular(projectIds, random)),
  },
  {
    share: 0.15,
    draw: ({ dataEnd }, random) => call(SQL.recent, daysBefore(dataEnd, 7 + 60 * random())),
  },
];

function readPopulation(database: Database): Promise<Population> {
  return database.inspect(async (connection) => {
    const projects = await readRows(
      connection,
      z.object({ project_id: z.string() }),
      `SELECT project_id FROM projects USING SAMPLE reservoir(${SIZE_MAX} ROWS) REPEATABLE (1)`,
    );
    return {
      projectIds: projects.map(({ project_id }) => project_id),
      dataEnd: new Date(await readDataEnd(connection)),
    };
  });
}

export async function openWorkload(database: Database): Promise<DomainWorkload> {
  const population = await readPopulation(database);
  return {
    read: (random) => drawFrom(MIX, population, random),
    /** The mirror follows its source: a project's status has changed there. */
    async write(random) {
      const status = pick(["ACTIVE", "COMPLETED"], random);
      const id = pickPopular(population.projectIds, random);
      await database.write(SQL.mirror, [status, timestampText(new Date()), id]);
    },
  };
}
