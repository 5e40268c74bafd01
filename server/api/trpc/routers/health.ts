import { checkHealth } from "@/server/telemetry";
import { procedure, router } from "../init";

export const healthRouter = router({
  check: procedure.query(({ ctx }) => checkHealth({ ctx })),
});
