import { eq } from "drizzle-orm";
import { dataProducts } from "@/drizzle/schema";
import type { AgentAddress } from "@/server/contracts";
import { AppError, type Database, type ServiceContext, type Transaction } from "@/server/platform";

/**
 * Who we are: our own end of every message, and what the registry is told. The domain is AGENT_DOMAIN, or the one our data product told when it
 * was last asked. Throws `unavailable` while neither is known.
 */
export async function readOwnAddress({
  ctx,
  db,
}: {
  ctx: Pick<ServiceContext, "settings">;
  /** Or the caller's transaction. */
  db: Database | Transaction;
}): Promise<AgentAddress> {
  const { AGENT_ID: agent_id, AGENT_DOMAIN, DATA_PRODUCT_ID: product_id } = ctx.settings;
  const domain = AGENT_DOMAIN ?? (await toldDomain(db, product_id));
  if (domain === "") {
    throw new AppError(
      "unavailable",
      "The domain of this agent is not known yet: its data product has not answered, and AGENT_DOMAIN is not set.",
    );
  }
  return { agent_id, product_id, domain };
}

async function toldDomain(db: Database | Transaction, productId: string): Promise<string> {
  const [product] = await db
    .select({ domain: dataProducts.domain })
    .from(dataProducts)
    .where(eq(dataProducts.productId, productId));
  return product?.domain ?? "";
}
