import { eq } from "drizzle-orm";
import { models } from "@/drizzle/schema";
import type { Model } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import type { ServiceContext } from "@/server/platform";
import { toModel } from "./model-view";

/** The model to load; null: the manifest's default. Throws `forbidden`. */
export async function presentModel({ ctx }: { ctx: ServiceContext }): Promise<Model | null> {
  assertCan(ctx.actor, "model.read");
  const [row] = await ctx.db.select().from(models).where(eq(models.state, "present"));
  return row === undefined ? null : toModel(row);
}
