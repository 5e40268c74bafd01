import { z } from "zod";
import { changeUser } from "./change-user";
import type { IdentityContext } from "./context";
import { parseInput } from "./parse-input";
import { assertCan } from "./permissions";
import type { User } from "./user";

export const DeactivateUser = z.object({ user_id: z.uuid() });

/** Shuts a person out: sessions and tokens stop working with the next request. */
export async function deactivateUser({
  ctx,
  input,
}: {
  ctx: IdentityContext;
  input: z.input<typeof DeactivateUser>;
}): Promise<User> {
  assertCan(ctx.actor, "user.manage");
  const { user_id } = parseInput(DeactivateUser, input);
  return changeUser(ctx, user_id, "user.deactivate", { isActive: false });
}
