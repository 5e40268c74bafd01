import { type Actor, Permission } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import { AppError } from "@/server/platform";

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
