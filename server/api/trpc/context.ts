import type { Actor } from "@/server/contracts";
import { findSessionActor } from "@/server/identity";
import { newId, type Root, type ServiceContext } from "@/server/platform";

/** What every procedure starts from: a service context whose actor may not be known yet. */
export interface TrpcContext extends Omit<ServiceContext, "actor"> {
  actor: Actor | null;
  /** Who asks, looked up again: null once the session has ended. For what outlasts a request. */
  identify: () => Promise<Actor | null>;
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
  const identify = () => findSessionActor({ ctx: root, input: { headers } });
  return {
    ...root,
    log: root.log.child({ requestId }),
    requestId,
    actor: await identify(),
    identify,
  };
}
