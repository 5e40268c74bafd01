import {
  DEFAULT_PREFERENCES,
  NOTIFICATION_EVENTS,
  type NotificationChannel,
  type NotificationEvent,
  type NotificationMode,
  type NotificationPreferences,
  type NotificationState,
} from "@/server/contracts";
import { sendableAt } from "./quiet-hours";

export interface Person {
  id: string;
  email: string;
  actorKey: string;
  /** Holds the permission that the event asks for. */
  mayReceive: boolean;
  preferences: NotificationPreferences | null;
  slackUserId: string | null;
}

/** What is configured here, and for whom. */
export interface Channels {
  hasEmail: boolean;
  /** The team's channel; null: Slack is not configured. */
  slackChannel: string | null;
  webhooks: readonly { id: string; events: readonly NotificationEvent[] }[];
}

export interface PlannedDelivery {
  channel: NotificationChannel;
  recipient: string;
  userId: string | null;
  state: Extract<NotificationState, "held" | "waiting" | "queued">;
  dueAt: Date;
}

interface Notification {
  event: NotificationEvent;
  actorKey: string;
  userIds: readonly string[] | null;
}

function emailMode(
  event: NotificationEvent,
  preferences: NotificationPreferences | null,
): NotificationMode {
  const { needs, byDefault } = NOTIFICATION_EVENTS[event];
  // Nobody chooses about a digest: one that waited for the next would never come.
  return (needs === null ? undefined : preferences?.email[event]) ?? byDefault;
}

/** Named people get it whoever did it; of the others not who did it, and only those who may. */
const isRecipient = (person: Person, { actorKey, userIds }: Notification): boolean =>
  userIds === null
    ? person.mayReceive && person.actorKey !== actorKey
    : userIds.includes(person.id);

function toPerson(
  person: Person,
  event: NotificationEvent,
  channels: Channels,
  now: Date,
): PlannedDelivery[] {
  const preferences = person.preferences ?? DEFAULT_PREFERENCES;
  const dueAt = NOTIFICATION_EVENTS[event].isUrgent ? now : sendableAt(preferences, now);
  const mode = emailMode(event, person.preferences);
  const planned: PlannedDelivery[] = [];
  if (mode !== "off") {
    const immediate = channels.hasEmail ? "queued" : "held";
    const state = mode === "digest" ? "waiting" : immediate;
    planned.push({ channel: "email", recipient: person.email, userId: person.id, state, dueAt });
  }
  const isWanted = preferences.slack[event] === "now" && channels.slackChannel !== null;
  if (isWanted && person.slackUserId !== null) {
    const recipient = person.slackUserId;
    planned.push({ channel: "slack", recipient, userId: person.id, state: "queued", dueAt });
  }
  return planned;
}

/** Who is told of a notification, where, and when: people by their preferences, channels of the team at once. */
export function chooseRecipients(
  notification: Notification,
  { people, channels, now }: { people: readonly Person[]; channels: Channels; now: Date },
): PlannedDelivery[] {
  const { event } = notification;
  const personal = people
    .filter((person) => isRecipient(person, notification))
    .flatMap((person) => toPerson(person, event, channels, now));
  if (event === "digest" || NOTIFICATION_EVENTS[event].isPersonal === true) return personal;
  const ofTeam = { userId: null, state: "queued", dueAt: now } as const;
  const { slackChannel, webhooks } = channels;
  return [
    ...personal,
    ...(slackChannel === null
      ? []
      : [{ channel: "slack" as const, recipient: slackChannel, ...ofTeam }]),
    ...webhooks
      .filter(({ events }) => event === "test" || events.includes(event))
      .map(({ id }) => ({ channel: "webhook" as const, recipient: id, ...ofTeam })),
  ];
}
