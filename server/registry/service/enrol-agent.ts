import { createHash, randomBytes } from "node:crypto";
import { and, eq, gt, isNull } from "drizzle-orm";
import { z } from "zod";
import { registryAgents, registryEnrolments } from "@/drizzle/schema";
import { type AgentCard, EnrolAgent } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import { AppError, recordAudit, type ServiceContext, type Transaction } from "@/server/platform";

const hashOf = (token: string) => createHash("sha256").update(token).digest("hex");

/** An agent speaks for one product and domain as long as it is registered. */
async function assertSameProduct(tx: Transaction, asked: EnrolAgent): Promise<void> {
  const [known] = await tx
    .select()
    .from(registryAgents)
    .where(eq(registryAgents.agentId, asked.agent_id));
  if (known === undefined || known.card.jwks.keys.length === 0) return;
  if (known.productId === asked.product_id && known.domain === asked.domain) return;
  throw new AppError(
    "conflict",
    `${asked.agent_id} is registered for ${known.productId} of the domain ${known.domain}: remove it first.`,
  );
}

/**
 * Lets an agent register, or register anew with other keys: once, for one product and domain. The token is
 * shown now and never again. Throws `conflict` for an agent that is registered for another product.
 */
export async function enrolAgent({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: z.input<typeof EnrolAgent>;
}): Promise<{ token: string; expires_at: string }> {
  assertCan(ctx.actor, "key.manage");
  const parsed = EnrolAgent.safeParse(input);
  if (!parsed.success) throw new AppError("invalid_input", z.prettifyError(parsed.error));
  const { agent_id: agentId, product_id: productId, domain, hours } = parsed.data;
  const token = `enrol_${randomBytes(32).toString("base64url")}`;
  const expiresAt = new Date(ctx.clock.now().getTime() + hours * 3_600_000);
  await ctx.db.transaction(async (tx) => {
    await assertSameProduct(tx, parsed.data);
    const createdBy = ctx.actor.label;
    const tokenHash = hashOf(token);
    const row = { tokenHash, agentId, productId, domain, createdBy, expiresAt };
    await tx.insert(registryEnrolments).values({ ...row, createdAt: ctx.clock.now() });
    await recordAudit(tx, ctx, {
      action: "agent.enrol",
      subjectType: "agent",
      subjectId: agentId,
      after: { product_id: productId, domain, expires_at: expiresAt.toISOString() },
    });
  });
  return { token, expires_at: expiresAt.toISOString() };
}

/**
 * Uses up the token of an enrolment, in the transaction of what it is for. Throws `unauthenticated` for one
 * that is not valid any more, `forbidden` when it is not for this agent, product and domain.
 */
export async function spendEnrolment(
  tx: Transaction,
  { token, card, now }: { token: string; card: AgentCard; now: Date },
): Promise<void> {
  const [used] = await tx
    .update(registryEnrolments)
    .set({ usedAt: now })
    .where(
      and(
        eq(registryEnrolments.tokenHash, hashOf(token)),
        isNull(registryEnrolments.usedAt),
        gt(registryEnrolments.expiresAt, now),
      ),
    )
    .returning();
  if (used === undefined) {
    throw new AppError("unauthenticated", "The enrolment token is unknown, used, or has ended.");
  }
  const { agentId, productId, domain } = used;
  const isIt = card.agent_id === agentId && card.product_id === productId && card.domain === domain;
  if (isIt) return;
  throw new AppError(
    "forbidden",
    `The enrolment is for ${agentId} of ${productId}, domain ${domain}: nobody else may use it.`,
  );
}
