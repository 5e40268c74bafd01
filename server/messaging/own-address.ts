import { eq } from "drizzle-orm";
import { dataProducts } from "@/drizzle/schema";
import type { AgentAddress } from "@/server/contracts";
import { AppError, type Database, type Settings, type Transaction } from "@/server/platform";

/**
 * Our own end of every message. The domain is AGENT_DOMAIN, or the one our data product told when it
 * was last asked. Throws `unavailable` while neither is known.
 */
export async function readOwnAddress(
  db: Database | Transaction,
  settings: Pick<Settings, "AGENT_ID" | "AGENT_DOMAIN" | "DATA_PRODUCT_ID">,
): Promise<AgentAddress> {
  const { AGENT_ID: agent_id, DATA_PRODUCT_ID: product_id } = settings;
  const domain = settings.AGENT_DOMAIN ?? (await toldDomain(db, product_id));
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
