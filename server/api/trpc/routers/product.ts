import { getProduct, listPatterns } from "@/server/knowledge";
import { procedure, router } from "../init";

export const productRouter = router({
  overview: procedure.query(({ ctx }) => getProduct({ ctx })),
  patterns: procedure.query(({ ctx }) => listPatterns({ ctx })),
});
