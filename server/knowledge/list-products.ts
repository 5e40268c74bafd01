import { dataProducts, productConnections } from "@/drizzle/schema";
import type { ConnectedProduct } from "@/server/contracts";
import { assertCan, listProductCredentials, type ProductCredential } from "@/server/identity";
import type { ServiceContext } from "@/server/platform";
import { allFaults } from "./get-product";

type Connection = typeof productConnections.$inferSelect;
type Observed = typeof dataProducts.$inferSelect;

interface Known {
  connection: Connection | undefined;
  observed: Observed | undefined;
  credential: ProductCredential | undefined;
}

function toConnected(
  productId: string,
  { connection, observed, credential }: Known,
  settings: ServiceContext["settings"],
): ConnectedProduct {
  const isServed =
    productId === settings.DATA_PRODUCT_ID && settings.DATA_PRODUCT_API !== undefined;
  return {
    product_id: productId,
    is_served: isServed,
    is_connected_here: connection?.isServed === true,
    base_url: isServed ? (settings.DATA_PRODUCT_API ?? null) : (observed?.baseUrl ?? null),
    domain: observed?.domain || null,
    credential: credential?.kind ?? null,
    last_seen_at: observed?.lastSeenAt?.toISOString() ?? null,
    last_error: observed?.lastError ?? null,
    faults: observed === undefined ? [] : allFaults(observed),
    paused_at: connection?.pausedAt?.toISOString() ?? null,
    paused_by: connection?.pausedBy ?? null,
  };
}

/**
 * Every data product that this sidecar knows: the one it serves first, then those it has observed
 * before, and those whose calls it accepts.
 */
export async function listProducts({ ctx }: { ctx: ServiceContext }): Promise<ConnectedProduct[]> {
  assertCan(ctx.actor, "product.manage");
  const [connections, observed, credentials] = await Promise.all([
    ctx.db.select().from(productConnections),
    ctx.db.select().from(dataProducts),
    listProductCredentials({ ctx }),
  ]);
  const { DATA_PRODUCT_ID, DATA_PRODUCT_API } = ctx.settings;
  const own = DATA_PRODUCT_API === undefined ? [] : [DATA_PRODUCT_ID];
  const known = [...connections, ...observed, ...credentials].map(({ productId }) => productId);
  return [...new Set([...own, ...known.sort()])].map((id) =>
    toConnected(
      id,
      {
        connection: connections.find(({ productId }) => productId === id),
        observed: observed.find(({ productId }) => productId === id),
        credential: credentials.find(({ productId }) => productId === id),
      },
      ctx.settings,
    ),
  );
}
