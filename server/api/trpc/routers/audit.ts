import { ListAudit } from "@/server/contracts";
import { listAudit } from "@/server/knowledge";
import { procedure, router } from "../init";

export const auditRouter = router({
  list: procedure.input(ListAudit).query(({ ctx, input }) => listAudit({ ctx, input })),
});
