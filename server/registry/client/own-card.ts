import { createHash } from "node:crypto";
import { eq } from "drizzle-orm";
import { dataProducts } from "@/drizzle/schema";
import {
  type AgentRegistration,
  CAPABILITIES,
  MESSAGE_VERSION,
  PublicKeySet,
} from "@/server/contracts";
import { getJwks, listEndorsements } from "@/server/identity";
import { AppError, type Settings } from "@/server/platform";
import type { ClientContext } from "./call-registry";

/** Names a broker by its address: two sidecars share one when both name the same. Credentials do not count. */
export function brokerIdOf({ MCP_BROKER_URL }: Pick<Settings, "MCP_BROKER_URL">): string | null {
  if (MCP_BROKER_URL === undefined) return null;
  const { protocol, host, pathname } = new URL(MCP_BROKER_URL);
  return createHash("sha256").update(`${protocol}//${host}${pathname}`).digest("hex").slice(0, 16);
}

/** Where other agents reach this one. */
const ownUrlOf = ({ AGENT_URL, PUBLIC_URL, PORT }: Settings): string =>
  AGENT_URL ?? PUBLIC_URL ?? `http://127.0.0.1:${PORT}`;

/** The domain of AGENT_DOMAIN, else the one that the product told. Throws `misconfigured`: neither is known. */
async function ownDomain({ db, settings }: ClientContext): Promise<string> {
  if (settings.AGENT_DOMAIN !== undefined) return settings.AGENT_DOMAIN;
  const [product] = await db
    .select({ domain: dataProducts.domain })
    .from(dataProducts)
    .where(eq(dataProducts.productId, settings.DATA_PRODUCT_ID));
  if (product !== undefined) return product.domain;
  throw new AppError(
    "misconfigured",
    "The agent's domain is not known yet: set AGENT_DOMAIN, or wait until its product was observed.",
  );
}

/** What this agent tells the registry of itself now. */
export async function ownRegistration(ctx: ClientContext): Promise<AgentRegistration> {
  const { settings } = ctx;
  return {
    card: {
      agent_id: settings.AGENT_ID,
      product_id: settings.DATA_PRODUCT_ID,
      domain: await ownDomain(ctx),
      url: ownUrlOf(settings),
      broker_id: brokerIdOf(settings),
      capabilities: [...CAPABILITIES],
      jwks: PublicKeySet.parse(await getJwks({ ctx })),
      message_version: MESSAGE_VERSION,
    },
    endorsements: await listEndorsements({ ctx }),
  };
}
