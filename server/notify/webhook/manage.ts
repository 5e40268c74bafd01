import { randomUUID } from "node:crypto";
import { asc, eq } from "drizzle-orm";
import { webhooks } from "@/drizzle/schema";
import { type CreatedWebhook, CreateWebhook, type Webhook } from "@/server/contracts";
import { assertCan, parseInput, sealWebhookSecret } from "@/server/identity";
import { AppError, recordAudit, type ServiceContext } from "@/server/platform";
import { assertWebhookUrl } from "./addresses";
import { newWebhookSecret } from "./sign";

type Row = typeof webhooks.$inferSelect;

const toWebhook = (row: Row): Webhook => ({
  ...{ webhook_id: row.id, name: row.name, url: row.url, events: row.events },
  ...{ is_active: row.isActive, created_by: row.createdBy },
  created_at: row.createdAt.toISOString(),
});

/** All webhooks by name; never a secret. Throws `forbidden`. */
export async function listWebhooks({ ctx }: { ctx: ServiceContext }): Promise<Webhook[]> {
  assertCan(ctx.actor, "notification.manage");
  const rows = await ctx.db.select().from(webhooks).orderBy(asc(webhooks.name));
  return rows.map(toWebhook);
}

/**
 * Has events posted to an address. The secret that its requests are signed with is answered now and never again.
 * Throws `forbidden`, `invalid_input` or `not_executable` (an address that is not allowed), `conflict` (the name is taken).
 */
export async function createWebhook({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: CreateWebhook;
}): Promise<CreatedWebhook> {
  assertCan(ctx.actor, "notification.manage");
  const { name, url, events } = parseInput(CreateWebhook, input);
  const { href } = assertWebhookUrl(ctx.settings, url);
  const id = randomUUID();
  const secret = newWebhookSecret();
  const sealedSecret = sealWebhookSecret({ ctx, input: { owner: id, secret } });
  return ctx.db.transaction(async (tx) => {
    const [row] = await tx
      .insert(webhooks)
      .values({ id, name, url: href, events, sealedSecret, createdBy: ctx.actor.label })
      .onConflictDoNothing({ target: webhooks.name })
      .returning();
    if (row === undefined) throw new AppError("conflict", `There is a webhook named ${name}.`);
    await recordAudit(tx, ctx, {
      ...{ action: "webhook.create", subjectType: "webhook", subjectId: id },
      after: { name, url: href, events },
    });
    return { webhook: toWebhook(row), secret };
  });
}

/** Removes a webhook with its secret; what waits for it is skipped. Throws `forbidden`, `not_found`. */
export async function removeWebhook({
  ctx,
  input: { webhook_id: id },
}: {
  ctx: ServiceContext;
  input: { webhook_id: string };
}): Promise<Webhook> {
  assertCan(ctx.actor, "notification.manage");
  return ctx.db.transaction(async (tx) => {
    const [row] = await tx.delete(webhooks).where(eq(webhooks.id, id)).returning();
    if (row === undefined) throw new AppError("not_found", "There is no such webhook.");
    await recordAudit(tx, ctx, {
      ...{ action: "webhook.remove", subjectType: "webhook", subjectId: id },
      before: { name: row.name, url: row.url, events: row.events },
    });
    return toWebhook(row);
  });
}
