import { ModelById } from "@/server/contracts";
import { listModels, promoteModel, rollBackModel } from "@/server/models";
import { procedure, router } from "../init";

export const modelRouter = router({
  list: procedure.query(({ ctx }) => listModels({ ctx })),
  promote: procedure.input(ModelById).mutation(({ ctx, input }) => promoteModel({ ctx, input })),
  rollBack: procedure.mutation(({ ctx }) => rollBackModel({ ctx })),
});
