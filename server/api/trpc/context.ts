import { type Actor, Permission } from "@/server/contracts";
import { assertCan, findSessionActor } from "@/server/identity";
import { AppError, newId, type Root, type ServiceContext } from "@/server/platform";

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

/** Who is signed in and what the pages may offer. What is hidden is still refused by the verbs. */
export interface SessionView {
  label: string;
  roles: Actor["roles"];
  permissions: Permission[];
}

export function describeSession(actor: Actor): SessionView {
  return {
    label: actor.label,
    roles: actor.roles,
    permissions: Permission.options.filter((permission) => isAllowed(actor, permission)),
  };
}

function isAllowed(actor: Actor, permission: Permission): boolean {
  try {
    assertCan(actor, permission);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === "forbidden") return false;
    throw error;
  }
}
