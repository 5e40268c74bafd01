import { z } from "zod";
import { changeUser } from "./change-user";
import type { IdentityContext } from "./context";
import { parseInput } from "./parse-input";
import { assertCan } from "./permissions";
import { PersonRoles, type User } from "./user";

export const SetUserRoles = z.object({ user_id: z.uuid(), roles: PersonRoles });

/** Replaces a person's roles; they count from the next request on, in every open session. */
export async function setUserRoles({
  ctx,
  input,
}: {
  ctx: IdentityContext;
  input: z.input<typeof SetUserRoles>;
}): Promise<User> {
  assertCan(ctx.actor, "user.manage");
  const { user_id, roles } = parseInput(SetUserRoles, input);
  return changeUser(ctx, user_id, "user.set_roles", { roles });
}
