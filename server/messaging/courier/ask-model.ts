import { eq, sql } from "drizzle-orm";
import { agentMessages } from "@/drizzle/schema";
import { MessageEnvelope } from "@/server/contracts";
import { recordAudit, type ServiceContext } from "@/server/platform";
import { triageMessage } from "../first-opinion";
import { wakeCouriers } from "../wake-couriers";

/** Messages the model is asked about together. */
const ASKED_AT_ONCE = 8;

type Claimed = { id: string; envelope: string };

/** Each is taken by one courier; what that one does not finish is handled by the rules' look alone. */
async function claim({ db }: ServiceContext): Promise<Claimed[]> {
  const due = sql`select message_id from ${agentMessages} where model_due_at is not null
    order by model_due_at limit ${ASKED_AT_ONCE} for update skip locked`;
  const rows = await db.execute<{ id: string; envelope: string }>(
    sql`update ${agentMessages} set model_due_at = null where message_id in (${due})
      returning message_id as id, envelope`,
  );
  return [...rows];
}

/** Keeps what the model thinks of a message, which is handled from now on. */
async function look(ctx: ServiceContext, { id, envelope }: Claimed): Promise<void> {
  const input = MessageEnvelope.parse(JSON.parse(envelope));
  const { screening, first_opinion } = await triageMessage({ ctx, input, reader: "model" });
  await ctx.db.transaction(async (tx) => {
    const isWaiting = sql`${agentMessages.deliveryStatus} = 'received' and ${agentMessages.attempts} = 0`;
    await tx
      .update(agentMessages)
      .set({
        ...{ screening, firstOpinion: first_opinion },
        nextAt: sql`case when ${isWaiting} then now() else ${agentMessages.nextAt} end`,
      })
      .where(eq(agentMessages.messageId, id));
    if (!screening.is_suspect) return;
    const { by, model, places = [] } = screening;
    await recordAudit(tx, ctx, {
      ...{ action: "message.screen", subjectType: "message", subjectId: id },
      after: { is_suspect: true, by, model, suspect_places: places },
    });
  });
}

/**
 * A turn of a loop that asks the model about messages that were stored a moment ago, where the rules leave
 * something open. Answers like handleDue.
 */
export async function askAboutDue({
  ctx,
  onMoved,
}: {
  ctx: ServiceContext;
  onMoved(): void;
}): Promise<number | null> {
  const claimed = await claim(ctx);
  if (claimed.length === 0) return null;
  await Promise.all(claimed.map((each) => look(ctx, each)));
  await wakeCouriers(ctx.db, ["inbound"]);
  onMoved();
  return 0;
}
