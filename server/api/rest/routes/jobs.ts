import { z } from "zod";
import { Job, ListJobs } from "@/server/contracts";
import { listJobs } from "@/server/queue";
import { answer, defineRoute } from "../define-route";
import { JobsQuery } from "../parameters";

export const listJobsRoute = defineRoute(
  {
    method: "get",
    path: "/agent/jobs",
    operationId: "listJobs",
    tags: ["Agent"],
    summary: "List jobs of the queue",
    description:
      "The latest jobs, newest first. A `dead` one was given up after its last attempt and says why; " +
      "it is kept until an administrator retries or discards it (`jobs retry`, `jobs discard` at the " +
      "shell). Those that are done are kept for a day.",
    permission: "job.manage",
    request: { query: JobsQuery },
    responses: { 200: answer("Jobs.", z.object({ items: z.array(Job) }).meta({ id: "JobList" })) },
  },
  async (c) => {
    const input = ListJobs.parse(c.req.valid("query"));
    return c.json({ items: await listJobs({ ctx: c.var.ctx, input }) }, 200);
  },
);
