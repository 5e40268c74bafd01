import { desc } from "drizzle-orm";
import { apiKeys } from "@/drizzle/schema";
import { type ApiKey, withoutHash } from "./api-key";
import type { IdentityContext } from "./context";
import { assertCan } from "./permissions";

/** All keys, newest first, revoked ones included; never a hash. */
export async function listApiKeys({ ctx }: { ctx: IdentityContext }): Promise<ApiKey[]> {
  assertCan(ctx.actor, "key.manage");
  const rows = await ctx.db.select().from(apiKeys).orderBy(desc(apiKeys.createdAt));
  return rows.map(withoutHash);
}
