import {
  type AgentRegistration,
  CAPABILITIES,
  MESSAGE_VERSION,
  PublicKeySet,
} from "@/server/contracts";
import { getJwks, listEndorsements } from "@/server/identity";
import { type Settings, shortHash } from "@/server/platform";
import type { ClientContext } from "./call-registry";
import { readOwnAddress } from "./own-address";

/** Names a broker by its address: two sidecars share one when both name the same. Credentials do not count. */
export function brokerIdOf({ MCP_BROKER_URL }: Pick<Settings, "MCP_BROKER_URL">): string | null {
  if (MCP_BROKER_URL === undefined) return null;
  const { protocol, host, pathname } = new URL(MCP_BROKER_URL);
  return shortHash(`${protocol}//${host}${pathname}`);
}

/** Where other agents reach this one. */
const ownUrlOf = ({ AGENT_URL, PUBLIC_URL, PORT }: Settings): string =>
  AGENT_URL ?? PUBLIC_URL ?? `http://127.0.0.1:${PORT}`;

/** What this agent tells the registry of itself now. Throws `unavailable` while its domain is not known. */
export async function ownRegistration(ctx: ClientContext): Promise<AgentRegistration> {
  const { settings } = ctx;
  return {
    card: {
      ...(await readOwnAddress({ ctx, db: ctx.db })),
      url: ownUrlOf(settings),
      broker_id: brokerIdOf(settings),
      capabilities: [...CAPABILITIES],
      jwks: PublicKeySet.parse(await getJwks({ ctx })),
      message_version: MESSAGE_VERSION,
    },
    endorsements: await listEndorsements({ ctx }),
  };
}
