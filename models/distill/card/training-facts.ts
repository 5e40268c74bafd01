import { readFileSync } from "node:fs";
import { z } from "zod";

const Start = z.object({
  event: z.literal("start"),
  parameters: z.number(),
  settings: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
});
const End = z.object({
  event: z.literal("end"),
  step: z.number(),
  seconds: z.number(),
  best: z.number(),
});
const Validation = z.object({ event: z.literal("validation"), step: z.number(), loss: z.number() });
/** What a model card tells of a training. */
export interface TrainingFacts {
  settings: Record<string, number | string | boolean>;
  steps: number;
  minutes: number;
  bestLoss: number;
  bestStep: number;
}

/** Reads a run's log.jsonl. Throws when the training was not ended. */
export function trainingFacts(logPath: string): TrainingFacts {
  const lines = readFileSync(logPath, "utf8").trimEnd().split("\n");
  const entries: unknown[] = lines.map((line) => JSON.parse(line));
  const start = entries.map((entry) => Start.safeParse(entry).data).findLast(Boolean);
  const end = entries.map((entry) => End.safeParse(entry).data).findLast(Boolean);
  if (start === undefined || end === undefined) throw new Error(`${logPath}: no ended training.`);
  const validations = entries.flatMap((entry) => Validation.safeParse(entry).data ?? []);
  const best = validations.find(({ loss }) => loss <= end.best);
  return {
    settings: start.settings,
    steps: end.step,
    minutes: end.seconds / 60,
    bestLoss: end.best,
    bestStep: best?.step ?? end.step,
  };
}
