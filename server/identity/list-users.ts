import { asc } from "drizzle-orm";
import { users } from "@/drizzle/schema";
import type { IdentityContext } from "./context";
import { assertCan } from "./permissions";
import { type User, withoutSecret } from "./user";

/** All people by e-mail address; never a password hash. */
export async function listUsers({ ctx }: { ctx: IdentityContext }): Promise<User[]> {
  assertCan(ctx.actor, "user.manage");
  const rows = await ctx.db.select().from(users).orderBy(asc(users.email));
  return rows.map(withoutSecret);
}
