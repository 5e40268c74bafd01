import { z } from "zod";
import {
  CHOSEN_EVENTS,
  EVENT_NAMES,
  NOTIFICATION_STATES,
  WEBHOOK_EVENTS,
} from "./notification-events";
import { TimeOfDay, TimeZone } from "./policy";

/** What people can be told of. */
export const NotificationEvent = z.enum(EVENT_NAMES);
export type NotificationEvent = z.infer<typeof NotificationEvent>;

/** `now`: at once (or after quiet hours); `digest`: collected in the next digest. */
export const NotificationMode = z.enum(["now", "digest", "off"]);
export type NotificationMode = z.infer<typeof NotificationMode>;

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
  /** The policy approved it, no person. */
  is_automatic: z.boolean().optional(),
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

export const NotificationState = z.enum(NOTIFICATION_STATES);
export type NotificationState = z.infer<typeof NotificationState>;

const ChosenEvent = z.enum(CHOSEN_EVENTS as [NotificationEvent, ...NotificationEvent[]]);

/** What a person wants to be told, and how. Events that are left out follow the defaults. */
export const NotificationPreferences = z
  .strictObject({
    email: z.partialRecord(ChosenEvent, NotificationMode),
    /** Direct messages, beside the team's channel. */
    slack: z.partialRecord(ChosenEvent, z.enum(["now", "off"])),
    digest: z.enum(["daily", "weekly"]).describe("Weekly: on Mondays."),
    digest_at: TimeOfDay,
    /** Nothing but urgent events is sent between these times. */
    quiet_hours: z.strictObject({ from: TimeOfDay, until: TimeOfDay }).nullable(),
    time_zone: TimeZone,
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
    events: z.array(z.enum(WEBHOOK_EVENTS as [NotificationEvent, ...NotificationEvent[]])).min(1),
  })
  .meta({ id: "CreateWebhook" });
export type CreateWebhook = z.infer<typeof CreateWebhook>;

/** A webhook that was just made, with its secret. */
export const CreatedWebhook = z
  .object({ webhook: Webhook, secret: z.string() })
  .meta({ id: "CreatedWebhook" });
export type CreatedWebhook = z.infer<typeof CreatedWebhook>;
