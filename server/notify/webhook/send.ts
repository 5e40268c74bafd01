import { eq } from "drizzle-orm";
import { webhooks } from "@/drizzle/schema";
import { openWebhookSecret } from "@/server/identity";
import { AppError, publicUrl, type ServiceContext } from "@/server/platform";
import { toContent } from "../content";
import type { Outgoing, Send } from "../outgoing";
import { assertWebhookUrl, mayBePrivate } from "./addresses";
import { postOnce } from "./post";
import { signatureHeaders } from "./sign";

const RETRY_AFTER_SECONDS_MAX = 3600;

/** Posts signed JSON to the address of a webhook. */
export function webhookSender(ctx: ServiceContext): Send {
  return async (outgoing, signal) => {
    const [hook] = await ctx.db.select().from(webhooks).where(eq(webhooks.id, outgoing.recipient));
    if (hook === undefined || !hook.isActive) {
      return { outcome: "skipped", reason: "The webhook was removed." };
    }
    const url = assertWebhookUrl(ctx.settings, hook.url);
    const sealed = { owner: hook.id, sealed: hook.sealedSecret };
    const secret = openWebhookSecret({ ctx, input: sealed });
    const body = JSON.stringify(toPayload(outgoing, publicUrl(ctx.settings)));
    const id = `msg_${outgoing.deliveryId}`;
    const timestampSeconds = Math.floor(ctx.clock.now().getTime() / 1000);
    const answer = await postOnce(url, {
      ...{ body, signal, isPrivateAllowed: mayBePrivate(ctx.settings) },
      headers: {
        "content-type": "application/json",
        "user-agent": "agentic-sidecar",
        ...signatureHeaders({ secret, id, timestampSeconds, body }),
      },
    });
    assertTaken(url, answer);
    return { outcome: "sent", providerId: id };
  };
}

/** What a webhook is sent. Only fields are added to it later. */
function toPayload(outgoing: Outgoing, baseUrl: string) {
  const { event, suggestion, details, subject } = outgoing;
  const { headline, sentences, link } = toContent(outgoing, baseUrl);
  return {
    type: event,
    timestamp: outgoing.createdAt.toISOString(),
    data: {
      ...{ notification_id: outgoing.notificationId, headline, sentences, url: link.url },
      ...{ subject, product_id: outgoing.productId ?? suggestion?.product_id ?? null },
      ...{ actor: outgoing.actorLabel, details },
      suggestion: suggestion && {
        suggestion_id: suggestion.suggestion_id,
        state: suggestion.state,
        basis: suggestion.basis,
        card: suggestion.card,
      },
    },
  };
}

function assertTaken(url: URL, answer: { status: number; retryAfter: string | null }): void {
  const { status } = answer;
  if (status >= 200 && status < 300) return;
  const text = `${url.host} answered with status ${status}`;
  if (status >= 300 && status < 400) {
    throw new AppError("not_executable", `${text}; redirects are not followed.`);
  }
  if (status === 410) throw new AppError("not_executable", `${text}: it wants no more of these.`);
  const seconds = Number(answer.retryAfter);
  const isTold = answer.retryAfter !== null && Number.isFinite(seconds) && seconds > 0;
  throw new AppError("unavailable", `${text}.`, {
    ...(isTold && {
      details: { retry_after_seconds: Math.min(seconds, RETRY_AFTER_SECONDS_MAX) },
    }),
  });
}
