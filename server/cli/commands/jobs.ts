import { Option } from "commander";
import { z } from "zod";
import { type Job, JobState, ListJobs } from "@/server/contracts";
import type { Answer, CliCommand } from "../command";

const JobId = z.coerce.number().int().positive();
const ListOptions = ListJobs.extend({ limit: z.coerce.number().int().min(1).max(1000) });

const rowOf = (job: Job) => [
  String(job.id),
  job.kind,
  job.subject_id,
  job.state,
  String(job.attempts),
  job.last_error ?? "",
];
const answerOf = (data: Job | Job[]): Answer => ({
  data,
  lines: [
    {
      columns: ["ID", "KIND", "SUBJECT ID", "STATE", "ATTEMPTS", "LAST ERROR"],
      rows: [data].flat().map(rowOf),
      empty: "There is no such job.",
    },
  ],
});

export function defineJobs(group: CliCommand): void {
  group
    .command("list")
    .description("the latest jobs, or those of one state")
    .addOption(new Option("--state <state>", "in this state").choices(JobState.options))
    .option("--limit <number>", "at most so many", "50")
    .answers("Job[]", async ({ ctx, options }) => {
      const { listJobs } = await import("@/server/queue");
      return answerOf(await listJobs({ ctx, input: ListOptions.parse(options) }));
    });
  group
    .command("retry <job_id>")
    .description("queue a dead job anew")
    .answers("Job", async ({ ctx, arg }) => {
      const { retryJob } = await import("@/server/queue");
      return answerOf(await retryJob({ ctx, input: { id: JobId.parse(arg("job_id")) } }));
    });
  group
    .command("discard <job_id>")
    .description("delete a dead job")
    .answers("Job", async ({ ctx, arg }) => {
      const { discardJob } = await import("@/server/queue");
      return answerOf(await discardJob({ ctx, input: { id: JobId.parse(arg("job_id")) } }));
    });
}
