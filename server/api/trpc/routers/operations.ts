import { z } from "zod";
import { ExecuteRequest, OperationId } from "@/server/contracts";
import { getOperation, requestExecution, requestRevert } from "@/server/execution";
import { procedure, router } from "../init";

export const operationsRouter = router({
  get: procedure
    .input(z.object({ operation_id: OperationId }))
    .query(({ ctx, input }) => getOperation({ ctx, input })),
  execute: procedure
    .input(ExecuteRequest)
    .mutation(({ ctx, input }) => requestExecution({ ctx, input })),
  revert: procedure
    .input(ExecuteRequest)
    .mutation(({ ctx, input }) => requestRevert({ ctx, input })),
});
