import { getJwks } from "@/server/identity";
import { webRoot } from "@/server/platform";

/** Short: after a rotation, a product that meets an unknown key id must find the new key here. */
const MAX_AGE_SECONDS = 60;

/** The sidecar's public keys, for data products and other agents to check its tokens with. */
export async function GET(): Promise<Response> {
  return Response.json(await getJwks({ ctx: webRoot() }), {
    headers: {
      "content-type": "application/jwk-set+json",
      "cache-control": `public, max-age=${MAX_AGE_SECONDS}`,
    },
  });
}
