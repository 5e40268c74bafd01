import { z } from "zod";
import { RetentionSubject } from "@/server/contracts";
import {
  checkConnection,
  connectDataProduct,
  disconnectProduct,
  pauseProduct,
  resumeProduct,
} from "@/server/data-product";
import { describeKeyExchange, trustProduct, untrustProduct } from "@/server/identity";
import { listProducts, listRetention, setRetention } from "@/server/knowledge";
import { procedure, router } from "./init";

const OneProduct = z.object({ product_id: z.string().max(200) });
const Connection = OneProduct.extend({ base_url: z.string().max(2000) });

/** Data products: which one is served, and whose calls are accepted. */
export const productsRouter = router({
  list: procedure.query(({ ctx }) => listProducts({ ctx })),
  /** What a product has to know of this sidecar. */
  keyExchange: procedure.query(({ ctx }) => describeKeyExchange({ ctx })),
  check: procedure.input(Connection).mutation(({ ctx, input }) => checkConnection({ ctx, input })),
  connect: procedure
    .input(Connection.extend({ replaces: z.string().nullable() }))
    .mutation(({ ctx, input }) => connectDataProduct({ ctx, input })),
  disconnect: procedure
    .input(OneProduct)
    .mutation(({ ctx, input }) => disconnectProduct({ ctx, input })),
  pause: procedure.input(OneProduct).mutation(({ ctx, input }) => pauseProduct({ ctx, input })),
  resume: procedure.input(OneProduct).mutation(({ ctx, input }) => resumeProduct({ ctx, input })),
  trust: procedure
    .input(OneProduct.extend({ jwks_url: z.string().max(2000).optional() }))
    .mutation(async ({ ctx, input: { product_id, jwks_url } }) => {
      const input = { product_id, ...(jwks_url && { jwks_url }) };
      return { secret: (await trustProduct({ ctx, input })).secret };
    }),
  untrust: procedure.input(OneProduct).mutation(async ({ ctx, input }) => {
    await untrustProduct({ ctx, input });
  }),
});

/** How long what is pruned is kept. */
export const retentionRouter = router({
  list: procedure.query(({ ctx }) => listRetention({ ctx })),
  set: procedure
    .input(z.object({ subject: RetentionSubject, days: z.int(), expected_days: z.int() }))
    .mutation(({ ctx, input }) => setRetention({ ctx, input })),
});
