import type { ServiceContext } from "@/server/platform";
import { seal, unseal } from "./sealing";

type SealingContext = Pick<ServiceContext, "settings">;

/** The secret of a webhook as it may lie in the database. Throws `misconfigured` without SESSION_SECRET. */
export function sealWebhookSecret({
  ctx,
  input,
}: {
  ctx: SealingContext;
  input: { owner: string; secret: string };
}): string {
  return seal(ctx.settings, "webhook-secret", input);
}

/** The secret of a webhook, to sign a request with. Throws `misconfigured` when it does not open. */
export function openWebhookSecret({
  ctx,
  input,
}: {
  ctx: SealingContext;
  input: { owner: string; sealed: string };
}): string {
  return unseal(ctx.settings, "webhook-secret", input);
}
