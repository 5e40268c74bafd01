import type { Actor } from "@/server/contracts";
import { findSessionActor } from "@/server/identity";
import { newId, type ServiceContext, webRoot } from "@/server/platform";

/** What every procedure starts from: a service context whose actor may not be known yet. */
export interface TrpcContext extends Omit<ServiceContext, "actor"> {
  actor: Actor | null;
}

const REQUEST_ID = /^[A-Za-z0-9._-]{6,64}$/;

/** Context of one request: the signed-in person (session cookie) and an id to find its log lines. */
export async function createContext(headers: Headers): Promise<TrpcContext> {
  const given = headers.get("x-request-id");
  const requestId = given !== null && REQUEST_ID.test(given) ? given : newId("req");
  const root = webRoot();
  const log = root.log.child({ requestId });
  return {
    ...root,
    log,
    requestId,
    actor: await findSessionActor({ ctx: root, input: { headers } }),
  };
}
