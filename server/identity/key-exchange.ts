import { type KeyExchange, SIDECAR_ISSUER } from "@/server/contracts";
import type { ServiceContext } from "@/server/platform";
import { assertCan } from "./permissions";
import { getJwks } from "./signing-keys";

/** What a data product has to know to tell this sidecar's calls from anybody else's. */
export async function describeKeyExchange({ ctx }: { ctx: ServiceContext }): Promise<KeyExchange> {
  assertCan(ctx.actor, "product.manage");
  const { AGENT_ID, PUBLIC_URL } = ctx.settings;
  const { keys } = await getJwks({ ctx });
  return {
    agent_id: AGENT_ID,
    issuer: SIDECAR_ISSUER,
    jwks_path: "/.well-known/jwks.json",
    public_url: PUBLIC_URL ?? null,
    key_ids: keys.flatMap(({ kid }) => (kid === undefined ? [] : [kid])),
  };
}
