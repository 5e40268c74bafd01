import type { Actor } from "@/server/contracts";
import { findSessionActor } from "@/server/identity";
import { newId, type Root, type ServiceContext } from "@/server/platform";

/** What every procedure starts from: a service context whose actor may not be known yet. */
export interface TrpcContext extends Omit<ServiceContext, "actor"> {
  actor: Actor | null;
}

/** Context of one request: the signed-in person (session cookie) and an id to find its log lines. */
export async function createContext({
  root,
  request: { headers },
  requestId = newId("req"),
}: {
  root: Root;
  request: Pick<Request, "headers">;
  requestId?: string;
}): Promise<TrpcContext> {
  return {
    ...root,
    log: root.log.child({ requestId }),
    requestId,
    actor: await findSessionActor({ ctx: root, input: { headers } }),
  };
}
