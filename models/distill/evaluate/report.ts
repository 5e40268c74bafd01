import { z } from "zod";
import { RegisterModel } from "@/server/contracts";

const Scores = z.object({
  accuracy: z.number(),
  macroF1: z.number(),
  /** Against the teacher's distribution, after temperature, for the student; null for answers without probability. */
  calibrationError: z.number().nullable(),
  /** Distance in buckets; null where values are no numbers. */
  meanAbsoluteError: z.number().nullable(),
});
export type Scores = z.infer<typeof Scores>;

const Interval = { low: z.number(), high: z.number() };

/** How a task's set written apart from the generator was answered. */
const OutsideReport = z.object({
  task: z.string(),
  examples: z.number(),
  choices: z.array(
    z.object({
      field: z.string(),
      /** With the 95 % interval (Wilson) of the accuracy. */
      student: z.object({ accuracy: z.number(), ...Interval }),
      /** Of the student, after temperature, against what is right. */
      calibrationError: z.number().nullable(),
      rules: z.object({ accuracy: z.number(), ...Interval }),
      majority: z.object({ accuracy: z.number() }),
      /** Right answers where `right` was right: accuracy of a mixed set hides false alarms. */
      values: z.array(
        z.object({
          right: z.string(),
          examples: z.number(),
          student: z.number(),
          rules: z.number(),
        }),
      ),
    }),
  ),
  /** Examples at which the student got any choice wrong, and some of them, shortened. */
  wrongCount: z.number(),
  wrong: z.array(z.object({ text: z.string(), said: z.string(), right: z.string() })),
});
export type OutsideReport = z.infer<typeof OutsideReport>;

/** What an evaluation found; the Markdown and the model card are written from it. */
export const Report = z.object({
  model: z.object({ file: z.string(), sha256: z.string(), sizeBytes: z.number() }),
  examples: z.number(),
  families: z.number(),
  choices: z.array(
    z.object({
      field: z.string(),
      examples: z.number(),
      temperature: z.number(),
      /** Before the temperature is applied. */
      calibrationErrorRaw: z.number().nullable(),
      /** Were the teacher's likeliest value always what happens. */
      calibrationErrorAgreement: z.number().nullable(),
      student: Scores,
      rules: Scores,
      majority: Scores,
      teacher: Scores,
    }),
  ),
  /** Empty in reports made before there were such sets. */
  outside: z.array(OutsideReport).default([]),
  speed: z.object({
    threads: z.number(),
    promptTokensMean: z.number(),
    /** Of a whole choice answer: prompt read, every choice made. */
    latencyMsP50: z.number(),
    latencyMsP95: z.number(),
    latencyMsP99: z.number(),
    /** Prompt tokens read, one request at a time. */
    readTokensPerSecond: z.number(),
    answersPerSecond: z.number(),
    /** With several requests at once, and how many. */
    batchSequences: z.number(),
    batchAnswersPerSecond: z.number(),
    /** Of the whole process, after warm-up. */
    residentMb: z.number(),
  }),
});
export type Report = z.infer<typeof Report>;

/**
 * A report's file: what `cli models register` reads, and the whole evaluation behind it for
 * document and model card.
 */
export const ReportFile = RegisterModel.omit({ file: true }).extend({ details: Report });
export type ReportFile = z.infer<typeof ReportFile>;
