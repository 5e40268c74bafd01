import { ListJobs } from "@/server/contracts";
import { listJobs } from "@/server/queue";
import { procedure, router } from "../init";

export const jobsRouter = router({
  list: procedure.input(ListJobs).query(({ ctx, input }) => listJobs({ ctx, input })),
});
