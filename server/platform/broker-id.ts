import type { Settings } from "./env";
import { shortHash } from "./ids";

/**
 * Names the broker that this sidecar takes messages from, without telling its address or password: two
 * sidecars with the same id meet there. null: it has none.
 */
export function brokerIdOf({ MCP_BROKER_URL }: Pick<Settings, "MCP_BROKER_URL">): string | null {
  if (MCP_BROKER_URL === undefined) return null;
  const { protocol, host, pathname } = new URL(MCP_BROKER_URL);
  // Of whichever user, and however the scheme is spelled.
  const kind = protocol.startsWith("postgres") ? "postgres" : "redis";
  return shortHash(`${kind}://${host}${pathname === "/" ? "" : pathname}`);
}
