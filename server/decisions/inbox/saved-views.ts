import { and, eq } from "drizzle-orm";
import { savedViews } from "@/drizzle/schema";
import type { SavedView, SaveView } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import { AppError, type ServiceContext } from "@/server/platform";
import { personOf } from "./filter-suggestions";

/** So many can one person keep. */
const VIEWS_MAX = 30;

/** The caller's own lists, by name. Throws `forbidden` for machines. */
export async function listSavedViews({ ctx }: { ctx: ServiceContext }): Promise<SavedView[]> {
  assertCan(ctx.actor, "suggestion.read");
  const rows = await ctx.db
    .select()
    .from(savedViews)
    .where(eq(savedViews.userId, personOf(ctx)))
    .orderBy(savedViews.name);
  return rows.map(({ id, name, view }) => ({ view_id: id, name, view }));
}

/** Keeps a list under a name; the same name replaces it. Throws `invalid_input` where there are too many. */
export async function saveView({
  ctx,
  input: { name, view },
}: {
  ctx: ServiceContext;
  input: SaveView;
}): Promise<SavedView[]> {
  assertCan(ctx.actor, "suggestion.read");
  const userId = personOf(ctx);
  await ctx.db.transaction(async (tx) => {
    await tx
      .insert(savedViews)
      .values({ userId, name, view })
      .onConflictDoUpdate({ target: [savedViews.userId, savedViews.name], set: { view } });
    if ((await tx.$count(savedViews, eq(savedViews.userId, userId))) > VIEWS_MAX) {
      throw new AppError("invalid_input", `At most ${VIEWS_MAX} views can be saved.`);
    }
  });
  return listSavedViews({ ctx });
}

/** Forgets one of the caller's own lists; one of another person is not found. */
export async function deleteView({
  ctx,
  input: { view_id: id },
}: {
  ctx: ServiceContext;
  input: { view_id: string };
}): Promise<SavedView[]> {
  assertCan(ctx.actor, "suggestion.read");
  const deleted = await ctx.db
    .delete(savedViews)
    .where(and(eq(savedViews.id, id), eq(savedViews.userId, personOf(ctx))))
    .returning({ id: savedViews.id });
  if (deleted.length === 0) throw new AppError("not_found", `There is no saved view ${id}.`);
  return listSavedViews({ ctx });
}
