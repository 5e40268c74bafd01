import { notify, wasNotified } from "@/server/notify";
import type { ServiceContext, Transaction } from "@/server/platform";

/** A restart of the product, or one lost answer, is not worth a word. */
const SILENCE_MS_MIN = 60_000;

interface Known {
  productId: string;
  lastSeenAt: Date | null;
  lastError: string | null;
}

const isLong = (ctx: ServiceContext, { lastSeenAt }: Known): boolean =>
  lastSeenAt !== null && ctx.clock.now().getTime() - lastSeenAt.getTime() >= SILENCE_MS_MIN;

/** One outage has one key, however many observers see it, and however often. */
const keyOf = (what: string, { productId, lastSeenAt }: Known): string =>
  `product_${what}:${productId}:${lastSeenAt?.toISOString()}`;

/**
 * Tells people, once, that a product which answered before has not for a minute. The look before must have
 * failed too: after a pause, or while the sidecar was stopped, nobody has looked for longer than that.
 */
export async function reportSilence({
  tx,
  ctx,
  input: { known, error },
}: {
  tx: Transaction;
  ctx: ServiceContext;
  input: { known: Known; error: string };
}): Promise<void> {
  if (known.lastError === null || !isLong(ctx, known)) return;
  const { productId } = known;
  await notify({
    ...{ tx, ctx },
    input: {
      ...{ event: "product_unreachable", subject: { type: "product", id: productId }, productId },
      ...{ details: { error }, key: keyOf("unreachable", known) },
    },
  });
}

/** Tells people that a product answers again, of whose silence they were told. */
export async function reportReturn({
  tx,
  ctx,
  input: { known },
}: {
  tx: Transaction;
  ctx: ServiceContext;
  input: { known: Known };
}): Promise<void> {
  if (known.lastError === null || !isLong(ctx, known)) return;
  if (!(await wasNotified({ tx, input: { key: keyOf("unreachable", known) } }))) return;
  const { productId } = known;
  await notify({
    ...{ tx, ctx },
    input: {
      ...{ event: "product_reachable", subject: { type: "product", id: productId }, productId },
      key: keyOf("reachable", known),
    },
  });
}
