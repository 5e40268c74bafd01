import { procedure, router } from "../init";
import { describeSession } from "../session-view";

export const sessionRouter = router({
  me: procedure.query(({ ctx }) => describeSession(ctx.actor)),
});
