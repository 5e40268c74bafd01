import { randomUUID } from "node:crypto";
import type { KnownBlock, WebClient } from "@slack/web-api";
import { and, eq, isNull, lt, or, sql } from "drizzle-orm";
import { slackMessages } from "@/drizzle/schema";
import { NOTIFICATION_EVENTS, type NotificationEvent, type Suggestion } from "@/server/contracts";
import { AppError, publicUrl, type ServiceContext } from "@/server/platform";
import { suggestionUrl, toContent } from "../content";
import type { Outgoing, Send, SendResult } from "../outgoing";
import { contentBlocks, suggestionBlocks } from "./blocks";
import { slackFault, toSlackError } from "./client";

/** Longer than the calls of one delivery can take. */
const CLAIM_SECONDS = 60;

/** Told in the thread as well: nobody is notified of a message that is changed in its place. */
const REPLIES: ReadonlySet<NotificationEvent> = new Set([
  ...([
    "approval_reminder",
    "approval_escalated",
    "approved_in_part",
    "executed",
    "execution_failed",
  ] as const),
  ...(["verified", "verified_with_regressions", "inconclusive"] as const),
  ...(["regressed", "regression_kept", "reverted", "reapplied", "rollback_failed"] as const),
]);

/** Posted as a card: that is all there is to say. */
const ASKS: ReadonlySet<NotificationEvent> = new Set(["approval_needed", "advice_changed"]);

/** Asked for by a person, as a direct message: told in words, whatever it is. */
const isPersonal = ({ userId, event }: Outgoing): boolean => userId !== null && !ASKS.has(event);

/** By which our own messages are found again. */
const METADATA_TYPE = "sidecar_notification";

interface Posted {
  conversation: string;
  ts: string;
}

/** Posts to Slack: of a suggestion one message, changed in its place, and replies in its thread. */
export function slackSender(ctx: ServiceContext, slack: WebClient): Send {
  const sender = new SlackSender(ctx, slack);
  return async (outgoing) => {
    try {
      return await sender.send(outgoing);
    } catch (error) {
      throw toSlackError(error);
    }
  };
}

class SlackSender {
  constructor(
    private readonly ctx: ServiceContext,
    private readonly slack: WebClient,
  ) {}

  async send(outgoing: Outgoing): Promise<SendResult> {
    const { suggestion } = outgoing;
    if (suggestion === null) {
      const { ts } = await this.post(outgoing, this.contentOf(outgoing));
      return { outcome: "sent", providerId: ts };
    }
    const key = { suggestionId: suggestion.suggestion_id, channel: outgoing.recipient };
    const claim = await this.claim(key);
    try {
      return await this.sendCard(outgoing, suggestion, claim);
    } finally {
      await this.release(key, claim.token);
    }
  }

  /** Changes the message about the suggestion, or posts it, and tells in its thread what happened. */
  private async sendCard(
    outgoing: Outgoing,
    suggestion: Suggestion,
    claim: { token: string; posted: Posted | null },
  ): Promise<SendResult> {
    const card = this.cardOf(outgoing, suggestion);
    let posted = claim.posted;
    if (posted !== null && !(await this.update(posted, card))) posted = null;
    const isTold = REPLIES.has(outgoing.event) || isPersonal(outgoing);
    if (posted === null) {
      if (isPersonal(outgoing) && suggestion.state !== "pending") {
        const { ts } = await this.post(outgoing, this.contentOf(outgoing));
        return { outcome: "sent", providerId: ts };
      }
      // What was never asked here need not be told as decided.
      if (suggestion.state !== "pending" && !isTold) {
        return { outcome: "skipped", reason: "No message about it is here to be changed." };
      }
      posted = await this.post(outgoing, card);
      await this.remember(suggestion.suggestion_id, outgoing.recipient, posted);
    }
    if (isTold) await this.reply(outgoing, posted);
    return { outcome: "sent", providerId: posted.ts };
  }

  private cardOf(outgoing: Outgoing, suggestion: Suggestion) {
    const { settings } = this.ctx;
    const url = suggestionUrl(settings, suggestion.suggestion_id);
    const hasButtons = settings.SLACK_SIGNING_SECRET !== undefined;
    const text = toContent(outgoing, publicUrl(settings)).headline;
    return {
      text,
      blocks: suggestionBlocks(suggestion, { url, hasButtons, approvals: outgoing.approvals }),
    };
  }

  private contentOf(outgoing: Outgoing) {
    const content = toContent(outgoing, publicUrl(this.ctx.settings));
    return { text: content.headline, blocks: contentBlocks(content) };
  }

  /** False: the message is gone. */
  private async update(
    { conversation, ts }: Posted,
    card: { text: string; blocks: KnownBlock[] },
  ): Promise<boolean> {
    try {
      await this.slack.chat.update({ channel: conversation, ts, ...card });
      return true;
    } catch (error) {
      if (slackFault(error) === "message_not_found") return false;
      throw error;
    }
  }

  private async reply(outgoing: Outgoing, { conversation, ts }: Posted): Promise<void> {
    const isUrgent = NOTIFICATION_EVENTS[outgoing.event].isUrgent === true;
    await this.post(outgoing, this.contentOf(outgoing), {
      ...{ channel: conversation, thread_ts: ts },
      ...(isUrgent && { reply_broadcast: true as const }),
    });
  }

  private async post(
    outgoing: Outgoing,
    message: { text: string; blocks: KnownBlock[] },
    place: { channel?: string; thread_ts?: string; reply_broadcast?: true } = {},
  ): Promise<Posted> {
    const { channel = outgoing.recipient, thread_ts: thread, reply_broadcast } = place;
    const mark = {
      delivery_id: outgoing.deliveryId,
      kind: thread === undefined ? "card" : "reply",
    };
    const earlier = outgoing.wasInterrupted ? await this.find(channel, thread, mark) : null;
    if (earlier !== null) return earlier;
    const answer = await this.slack.chat.postMessage({
      ...{ channel, ...message, unfurl_links: false, unfurl_media: false },
      metadata: { event_type: METADATA_TYPE, event_payload: mark },
      ...(thread !== undefined && { thread_ts: thread }),
      ...(reply_broadcast && { reply_broadcast }),
    } as Parameters<WebClient["chat"]["postMessage"]>[0]);
    if (answer.ts === undefined || answer.channel === undefined) {
      throw new AppError("unavailable", "Slack's answer names no message.");
    }
    return { conversation: answer.channel, ts: answer.ts };
  }

  /** What an attempt that was cut off has posted; null where it did not, or the bot may not read here. */
  private async find(
    channel: string,
    thread: string | undefined,
    mark: { delivery_id: string; kind: string },
  ): Promise<Posted | null> {
    const query = { channel, limit: 100, include_all_metadata: true };
    try {
      const { messages = [] } =
        thread === undefined
          ? await this.slack.conversations.history(query)
          : await this.slack.conversations.replies({ ...query, ts: thread });
      const found = messages.find(({ metadata }) => {
        const { event_type, event_payload: payload } = (metadata ?? {}) as SlackMetadata;
        return (
          event_type === METADATA_TYPE &&
          payload?.delivery_id === mark.delivery_id &&
          payload.kind === mark.kind
        );
      });
      return found?.ts === undefined ? null : { conversation: channel, ts: found.ts };
    } catch (error) {
      if (slackFault(error) === null) throw error;
      return null;
    }
  }

  /**
   * The right to write the message about a suggestion, for a while. Throws `conflict` while another delivery has it:
   * of two texts at once the older could be the last.
   */
  private async claim(key: { suggestionId: string; channel: string }) {
    const token = randomUUID();
    const { db } = this.ctx;
    await db.insert(slackMessages).values(key).onConflictDoNothing();
    const [row] = await db
      .update(slackMessages)
      .set({
        claimedBy: token,
        claimedUntil: sql`now() + make_interval(secs => ${CLAIM_SECONDS})`,
      })
      .where(
        and(
          isMessage(key),
          or(isNull(slackMessages.claimedBy), lt(slackMessages.claimedUntil, sql`now()`)),
        ),
      )
      .returning();
    if (row === undefined) {
      throw new AppError("conflict", "Another delivery writes the message about it.");
    }
    const { conversation, ts } = row;
    return { token, posted: conversation === null || ts === null ? null : { conversation, ts } };
  }

  private async remember(suggestionId: string, channel: string, posted: Posted): Promise<void> {
    await this.ctx.db.update(slackMessages).set(posted).where(isMessage({ suggestionId, channel }));
  }

  private async release(
    key: { suggestionId: string; channel: string },
    token: string,
  ): Promise<void> {
    await this.ctx.db
      .update(slackMessages)
      .set({ claimedBy: null, claimedUntil: null })
      .where(and(isMessage(key), eq(slackMessages.claimedBy, token)));
  }
}

interface SlackMetadata {
  event_type?: string;
  event_payload?: { delivery_id?: string; kind?: string };
}

const isMessage = (key: { suggestionId: string; channel: string }) =>
  and(eq(slackMessages.suggestionId, key.suggestionId), eq(slackMessages.channel, key.channel));
