import { z } from "zod";
import type { Permission } from "./identity";

/** What people can be told of. */
export const NotificationEvent = z.enum([
  "approval_needed",
  "approval_reminder",
  "approval_escalated",
  "advice_changed",
  "assigned",
  "mentioned",
  "approved_in_part",
  "approved",
  "rejected",
  "expired",
  "superseded",
  "withdrawn",
  "test_failed",
  "executed",
  "execution_failed",
  "verified",
  "inconclusive",
  "regressed",
  "reverted",
  "rollback_failed",
  "job_dead",
  "message_dead",
  "product_unreachable",
  "product_reachable",
  "digest",
  "test",
]);
export type NotificationEvent = z.infer<typeof NotificationEvent>;

/** `now`: at once (or after quiet hours); `digest`: collected in the next digest. */
export const NotificationMode = z.enum(["now", "digest", "off"]);
export type NotificationMode = z.infer<typeof NotificationMode>;

interface EventFacts {
  label: string;
  /** One sentence: when it is sent. */
  when: string;
  /** Who may get it: people who hold this; null: only those named. */
  needs: Permission | null;
  /** By e-mail, for people who have chosen nothing. */
  byDefault: NotificationMode;
  /** Sent in quiet hours too, and first. */
  isUrgent?: true;
}

/** Everything that is said about an event before it happens. A new event is one entry here. */
export const NOTIFICATION_EVENTS: Record<NotificationEvent, EventFacts> = {
  approval_needed: {
    label: "Approval needed",
    when: "A suggestion waits for a decision.",
    ...{ needs: "suggestion.decide", byDefault: "now" },
  },
  approval_reminder: {
    label: "Approval reminder",
    when: "A suggestion still waits for a decision.",
    ...{ needs: "suggestion.decide", byDefault: "now" },
  },
  approval_escalated: {
    label: "Approval escalated",
    when: "Nobody decided in the time that the policy allows.",
    ...{ needs: "suggestion.decide", byDefault: "now", isUrgent: true },
  },
  advice_changed: {
    label: "Advice changed",
    when: "A longer test changed what a pending suggestion advises.",
    ...{ needs: "suggestion.decide", byDefault: "off" },
  },
  assigned: {
    label: "Assigned to you",
    when: "Somebody gave a suggestion to you.",
    ...{ needs: "suggestion.decide", byDefault: "now" },
  },
  mentioned: {
    label: "Mentioned",
    when: "Somebody mentioned you in a comment.",
    ...{ needs: "suggestion.read", byDefault: "now" },
  },
  approved_in_part: {
    label: "Further approval needed",
    when: "Somebody approved a suggestion, and the policy asks for more approvals.",
    ...{ needs: "suggestion.decide", byDefault: "now" },
  },
  approved: {
    label: "Approved",
    when: "A suggestion was approved and can be executed.",
    ...{ needs: "operation.execute", byDefault: "now" },
  },
  rejected: {
    label: "Rejected",
    when: "A suggestion was rejected.",
    ...{ needs: "suggestion.decide", byDefault: "digest" },
  },
  expired: {
    label: "Expired",
    when: "Nobody decided a suggestion before its time ran out.",
    ...{ needs: "suggestion.decide", byDefault: "digest" },
  },
  superseded: {
    label: "Superseded",
    when: "A newer test run or a schema change took a suggestion's place.",
    ...{ needs: "suggestion.decide", byDefault: "digest" },
  },
  withdrawn: {
    label: "Withdrawn",
    when: "A longer test showed that a pending suggestion does not pay.",
    ...{ needs: "suggestion.decide", byDefault: "digest" },
  },
  test_failed: {
    label: "Test run failed",
    when: "The test run of a suggestion could not be made.",
    ...{ needs: "suggestion.analyze", byDefault: "digest" },
  },
  executed: {
    label: "Executed",
    when: "An approved change was made.",
    ...{ needs: "suggestion.decide", byDefault: "digest" },
  },
  execution_failed: {
    label: "Execution failed",
    when: "An approved change could not be made.",
    ...{ needs: "operation.execute", byDefault: "now", isUrgent: true },
  },
  verified: {
    label: "Verified",
    when: "The live workload confirmed an executed change.",
    ...{ needs: "suggestion.decide", byDefault: "digest" },
  },
  inconclusive: {
    label: "Verification inconclusive",
    when: "The live workload neither confirmed nor refuted an executed change.",
    ...{ needs: "suggestion.decide", byDefault: "digest" },
  },
  regressed: {
    label: "Regression found",
    when: "The live workload became slower after an execution.",
    ...{ needs: "suggestion.decide", byDefault: "now", isUrgent: true },
  },
  reverted: {
    label: "Rolled back",
    when: "An executed change was rolled back.",
    ...{ needs: "suggestion.decide", byDefault: "now" },
  },
  rollback_failed: {
    label: "Rollback failed",
    when: "An executed change could not be rolled back.",
    ...{ needs: "operation.revert", byDefault: "now", isUrgent: true },
  },
  job_dead: {
    label: "Job given up",
    when: "A job failed too often and waits for an administrator.",
    ...{ needs: "job.manage", byDefault: "now" },
  },
  message_dead: {
    label: "Dead letter",
    when: "A message between agents could not be delivered or handled.",
    ...{ needs: "message.manage", byDefault: "digest" },
  },
  product_unreachable: {
    label: "Data product unreachable",
    when: "The data product stopped answering, or answers wrongly.",
    ...{ needs: "job.manage", byDefault: "now" },
  },
  product_reachable: {
    label: "Data product reachable again",
    when: "The data product answers as it should again.",
    ...{ needs: "job.manage", byDefault: "now" },
  },
  digest: {
    label: "Digest",
    when: "What was collected since the last digest.",
    ...{ needs: null, byDefault: "now" },
  },
  test: {
    label: "Test notification",
    when: "Somebody asked for one.",
    ...{ needs: null, byDefault: "now" },
  },
};

/** Events about which people can choose. */
export const CHOSEN_EVENTS: readonly NotificationEvent[] = NotificationEvent.options.filter(
  (event) => NOTIFICATION_EVENTS[event].needs !== null,
);

/** What a notification says beside the suggestion it is about. Texts are shown as they are. */
export const NotificationDetails = z.strictObject({
  /** Why, in the words of who decided or of the policy. */
  reason: z.string().max(4000).optional(),
  /** What went wrong. */
  error: z.string().max(4000).optional(),
  /** What was found, one sentence. */
  summary: z.string().max(4000).optional(),
  /** Until when something is asked for. */
  due_at: z.iso.datetime().optional(),
  /** How many it is about, where there are several. */
  count: z.int().positive().optional(),
});
export type NotificationDetails = z.infer<typeof NotificationDetails>;

export const NotificationSubject = z.enum([
  "suggestion",
  "operation",
  "job",
  "message",
  "product",
  "user",
]);
export type NotificationSubject = z.infer<typeof NotificationSubject>;

export const NotificationChannel = z.enum(["email", "slack", "webhook"]);
export type NotificationChannel = z.infer<typeof NotificationChannel>;

/**
 * `held`: the channel is not configured; `waiting`: for the next digest; `collected`: in a digest;
 * `failed`: given up; `skipped`: needless by the time it would have been sent.
 */
export const NotificationState = z.enum([
  "held",
  "waiting",
  "queued",
  "sending",
  "sent",
  "collected",
  "skipped",
  "failed",
]);
export type NotificationState = z.infer<typeof NotificationState>;

/** States from which an administrator may have a notification sent again. */
export const RETRYABLE_STATES: readonly NotificationState[] = ["held", "failed"];

const ClockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time, 00:00 to 23:59");

const isTimeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

/** What a person wants to be told, and how. Events that are left out follow the defaults. */
export const NotificationPreferences = z
  .strictObject({
    email: z.partialRecord(NotificationEvent, NotificationMode),
    /** Direct messages, beside the team's channel. */
    slack: z.partialRecord(NotificationEvent, z.enum(["now", "off"])),
    digest: z.enum(["daily", "weekly"]).describe("Weekly: on Mondays."),
    digest_at: ClockTime,
    /** Nothing but urgent events is sent between these times. */
    quiet_hours: z.strictObject({ from: ClockTime, until: ClockTime }).nullable(),
    time_zone: z.string().max(100).refine(isTimeZone, "must be a time zone, as Europe/Berlin"),
  })
  .meta({ id: "NotificationPreferences" });
export type NotificationPreferences = z.infer<typeof NotificationPreferences>;

export const DEFAULT_PREFERENCES: NotificationPreferences = {
  ...{ email: {}, slack: {}, digest: "daily", digest_at: "08:00" },
  ...{ quiet_hours: null, time_zone: "UTC" },
};

const instant = z.iso.datetime();

/** One notification on its way to one recipient, as its recipient and administrators see it. */
export const NotificationDelivery = z
  .object({
    delivery_id: z.uuid(),
    notification_id: z.uuid(),
    event: NotificationEvent,
    subject: z.object({ type: NotificationSubject, id: z.string() }),
    suggestion_id: z.string().nullable(),
    channel: NotificationChannel,
    recipient: z.string().describe("An e-mail address, a Slack conversation, a webhook's name."),
    state: NotificationState,
    attempts: z.int(),
    /** Not sent before. */
    due_at: instant,
    last_error: z.string().nullable(),
    provider_id: z.string().nullable(),
    actor_label: z.string(),
    created_at: instant,
    finished_at: instant.nullable(),
  })
  .meta({ id: "NotificationDelivery" });
export type NotificationDelivery = z.infer<typeof NotificationDelivery>;

export const ListNotifications = z.object({
  /** All when left out. */
  state: z.array(NotificationState).optional(),
  limit: z.number().int().min(1).max(100).default(50),
  /** `next_cursor` of the page before. */
  cursor: z.string().max(200).optional(),
});
export type ListNotifications = z.infer<typeof ListNotifications>;

export const NotificationPage = z
  .object({ items: z.array(NotificationDelivery), next_cursor: z.string().nullable() })
  .meta({ id: "NotificationPage" });
export type NotificationPage = z.infer<typeof NotificationPage>;

/** Which channels work here, for everybody to see; no secret. */
export const NotificationChannels = z
  .object({
    email: z.object({ is_configured: z.boolean() }),
    slack: z.object({
      is_configured: z.boolean(),
      channel: z.string().nullable(),
      /** Whether suggestions can be decided in Slack. */
      has_buttons: z.boolean(),
    }),
  })
  .meta({ id: "NotificationChannels" });
export type NotificationChannels = z.infer<typeof NotificationChannels>;

/** A person's own choices, and what is known of them. */
export const OwnPreferences = z.object({
  preferences: NotificationPreferences,
  /** Events that this person may get at all. */
  events: z.array(NotificationEvent),
  slack_user_id: z.string().nullable(),
});
export type OwnPreferences = z.infer<typeof OwnPreferences>;

/** A webhook as administrators see it: its secret is shown once, when it is made. */
export const Webhook = z
  .object({
    webhook_id: z.uuid(),
    name: z.string(),
    url: z.string(),
    events: z.array(NotificationEvent),
    is_active: z.boolean(),
    created_by: z.string(),
    created_at: instant,
  })
  .meta({ id: "Webhook" });
export type Webhook = z.infer<typeof Webhook>;

export const CreateWebhook = z
  .strictObject({
    name: z.string().trim().min(1).max(100),
    url: z.string().trim().min(1).max(2000),
    events: z.array(z.enum(CHOSEN_EVENTS as [NotificationEvent, ...NotificationEvent[]])).min(1),
  })
  .meta({ id: "CreateWebhook" });
export type CreateWebhook = z.infer<typeof CreateWebhook>;

/** A webhook that was just made, with its secret. */
export const CreatedWebhook = z
  .object({ webhook: Webhook, secret: z.string() })
  .meta({ id: "CreatedWebhook" });
export type CreatedWebhook = z.infer<typeof CreatedWebhook>;
