import { Badge, type Tone } from "@/components/ui/badge";
import type {
  ListNotifications,
  NotificationChannel,
  NotificationDelivery,
  NotificationState,
} from "@/server/contracts";

export const ALL_DELIVERIES: ListNotifications = { limit: 50 };

const STATES: Record<NotificationState, { label: string; tone: Tone }> = {
  held: { label: "Kept here", tone: "warning" },
  waiting: { label: "In the next digest", tone: "info" },
  queued: { label: "Queued", tone: "info" },
  sending: { label: "Sending", tone: "info" },
  sent: { label: "Sent", tone: "positive" },
  collected: { label: "In a digest", tone: "positive" },
  skipped: { label: "Not needed", tone: "neutral" },
  failed: { label: "Failed", tone: "negative" },
};

export const STATE_LABELS = Object.entries(STATES).map(([state, { label }]) => ({
  state: state as NotificationState,
  label,
}));

export function StateBadge({ state }: { state: NotificationState }) {
  const { label, tone } = STATES[state];
  return <Badge tone={tone}>{label}</Badge>;
}

const CHANNELS: Record<NotificationChannel, string> = {
  email: "Email",
  slack: "Slack",
  webhook: "Webhook",
};

export const describeChannel = (channel: NotificationChannel): string => CHANNELS[channel];

/** What a person should know beside the state; null: nothing. */
export function describeTrouble({ state, last_error }: NotificationDelivery): string | null {
  if (state === "held") return "Email is not configured.";
  // Without the code in front, which is for programs.
  return last_error?.replace(/^[a-z_]+: /, "") ?? null;
}
