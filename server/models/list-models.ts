import { desc } from "drizzle-orm";
import { models } from "@/drizzle/schema";
import type { Model } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import type { ServiceContext } from "@/server/platform";
import { toModel } from "./model-view";

/** Every registered model, newest first. Throws `forbidden`. */
export async function listModels({ ctx }: { ctx: ServiceContext }): Promise<Model[]> {
  assertCan(ctx.actor, "model.read");
  return (await ctx.db.select().from(models).orderBy(desc(models.createdAt))).map(toModel);
}
