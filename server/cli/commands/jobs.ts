import type { Command } from "commander";
import { z } from "zod";
import { type Job, JobState, ListJobs } from "@/server/contracts";
import { formatPlural } from "@/server/format";
import { discardJob, listJobs, retryJob } from "@/server/queue";
import { type Answer, answer, table } from "../command";

const JobId = z.coerce.number().int().positive();
const ListOptions = ListJobs.extend({ limit: z.coerce.number().int().min(1).max(1000) });

const rowOf = (job: Job) => [
  String(job.id),
  job.kind,
  job.subject_id,
  job.state,
  formatPlural(job.attempts, "attempt"),
  job.last_error ?? "",
];
const answerOf = (jobs: Job[]): Answer => ({ data: jobs, lines: table(jobs.map(rowOf)) });

export function addJobCommands(group: Command): void {
  group
    .command("list")
    .description("the latest jobs, or those of one state")
    .option("--state <state>", JobState.options.join(", "))
    .option("--limit <number>", "at most so many", "50")
    .action((given: unknown, command: Command) =>
      answer(command, async (ctx) =>
        answerOf(await listJobs({ ctx, input: ListOptions.parse(given) })),
      ),
    );
  group
    .command("retry <id>")
    .description("queue a dead job anew")
    .action((id: string, _, command: Command) =>
      answer(command, async (ctx) =>
        answerOf([await retryJob({ ctx, input: { id: JobId.parse(id) } })]),
      ),
    );
  group
    .command("discard <id>")
    .description("delete a dead job")
    .action((id: string, _, command: Command) =>
      answer(command, async (ctx) =>
        answerOf([await discardJob({ ctx, input: { id: JobId.parse(id) } })]),
      ),
    );
}
