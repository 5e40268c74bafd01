import { PromoteModel } from "@/server/contracts";
import { listModels, modelStatus, promoteModel, rollBackModel } from "@/server/models";
import { procedure, router } from "../init";

export const modelRouter = router({
  status: procedure.query(({ ctx }) => modelStatus({ ctx })),
  list: procedure.query(({ ctx }) => listModels({ ctx })),
  promote: procedure.input(PromoteModel).mutation(({ ctx, input }) => promoteModel({ ctx, input })),
  rollBack: procedure.mutation(({ ctx }) => rollBackModel({ ctx })),
});
