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
import { RATINGS } from "./data";
import { SQL } from "./queries";
import { insertAssessment } from "./routes";

const SIZE_MAX = 1000;

const Assessed = z.object({ risk_assessment_id: z.string(), project_id: z.string() });

interface Population {
  assessments: z.infer<typeof Assessed>[];
  dataEnd: Date;
}

/** Analysts open a project's assessments; committees read ratings and exposures. */
const MIX: Share<Population>[] = [
  {
    share: 0.4,
    draw: ({ assessments }, random) =>
      call(SQL.ofProject, pickPopular(assessments, random).project_id),
  },
  {
    share: 0.22,
    draw: ({ assessments }, random) =>
      call(SQL.byId, pickPopular(assessments, random).risk_assessment_id),
  },
  {
    share: 0.14,
    draw: ({ dataEnd }, random) => call(SQL.since, daysBefore(dataEnd, 30 + 60 * random())),
  },
  { share: 0.1, draw: (_, random) => call(SQL.byRating, pick(RATINGS, random), 50) },
  { share: 0.08, draw: () => call(SQL.byModel) },
  { share: 0.06, draw: () => call(SQL.exposure) },
];

function readPopulation(database: Database): Promise<Population> {
  return database.inspect(async (connection) => ({
    assessments: await readRows(
      connection,
      Assessed,
      `SELECT risk_assessment_id, project_id FROM risk_assessments
       USING SAMPLE reservoir(${SIZE_MAX} ROWS) REPEATABLE (1)`,
    ),
    dataEnd: new Date(await readDataEnd(connection)),
  }));
}

/** A new assessment, or now and then a rating that a committee corrects. */
async function write(
  database: Database,
  { assessments }: Population,
  random: () => number,
): Promise<void> {
  const { risk_assessment_id, project_id } = pickPopular(assessments, random);
  const rating = pick(RATINGS, random);
  if (random() < 0.3) {
    await database.write(SQL.setRating, [rating, timestampText(new Date()), risk_assessment_id]);
    return;
  }
  await insertAssessment(database, {
    project_id,
    model_version: "pd-2.3",
    score: 300 + Math.floor(551 * random()),
    rating,
    probability_of_default: Math.round(2e4 * random()) / 1e5,
    loss_given_default: Math.round(5000 * random()) / 1e4,
    assessor: "model",
  });
}

export async function openWorkload(database: Database): Promise<DomainWorkload> {
  const population = await readPopulation(database);
  return {
    read: (random) => drawFrom(MIX, population, random),
    write: (random) => write(database, population, random),
  };
}
