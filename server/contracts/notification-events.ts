import type { Permission } from "./identity";

// Without zod, and so is whatever pages read of it: a schema takes 40 kB of a browser's first load.

interface EventFacts {
  label: string;
  /** One sentence: when it is sent. */
  when: string;
  /** Who may get it: people who hold this; null: only those named. */
  needs: Permission | null;
  /** By e-mail, for people who have chosen nothing. */
  byDefault: "now" | "digest" | "off";
  /** Sent in quiet hours too, and first. */
  isUrgent?: true;
  /** For the people it names alone: no channel of the team and no webhook is told. */
  isPersonal?: true;
}

const FACTS = {
  approval_needed: {
    label: "Approval needed",
    when: "A suggestion waits for a decision.",
    ...{ needs: "suggestion.decide", byDefault: "now" },
  },
  approval_reminder: {
    label: "Approval reminder",
    when: "A suggestion still waits for a decision.",
    ...{ needs: "suggestion.approve", byDefault: "now" },
  },
  approval_escalated: {
    label: "Approval escalated",
    when: "Nobody decided in the time that the policy allows.",
    ...{ needs: "suggestion.approve", byDefault: "now", isUrgent: true },
  },
  advice_changed: {
    label: "Advice changed",
    when: "A longer test changed what a pending suggestion advises.",
    ...{ needs: "suggestion.decide", byDefault: "off" },
  },
  assigned: {
    label: "Assigned to you",
    when: "Somebody gave a suggestion to you.",
    ...{ needs: "suggestion.decide", byDefault: "now", isPersonal: true },
  },
  mentioned: {
    label: "Mentioned",
    when: "Somebody mentioned you in a comment.",
    ...{ needs: "suggestion.read", byDefault: "now", isPersonal: true },
  },
  approved_in_part: {
    label: "Further approval needed",
    when: "Somebody approved a suggestion, and the policy asks for more approvals.",
    ...{ needs: "suggestion.approve", byDefault: "now" },
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
    label: "Confirmed",
    when: "The live workload confirmed an executed change.",
    ...{ needs: "suggestion.decide", byDefault: "digest" },
  },
  verified_with_regressions: {
    label: "Confirmed with regressions",
    when: "The live workload confirmed an executed change, and single queries became slower.",
    ...{ needs: "suggestion.decide", byDefault: "now" },
  },
  inconclusive: {
    label: "Verification inconclusive",
    when: "The live workload neither confirmed nor refuted an executed change.",
    ...{ needs: "suggestion.decide", byDefault: "digest" },
  },
  regressed: {
    label: "Regressed",
    when: "The live workload became slower after an execution.",
    ...{ needs: "suggestion.decide", byDefault: "now", isUrgent: true },
  },
  regression_kept: {
    label: "Regression kept",
    when: "Somebody keeps a change although the live workload regressed.",
    ...{ needs: "suggestion.decide", byDefault: "now" },
  },
  reverted: {
    label: "Rolled back",
    when: "An executed change was rolled back.",
    ...{ needs: "suggestion.decide", byDefault: "now" },
  },
  reapplied: {
    label: "Re-applied",
    when: "Somebody has a change executed again that was rolled back.",
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
} as const satisfies Record<string, EventFacts>;

/** What people can be told of. */
export type NotificationEvent = keyof typeof FACTS;

/** Everything that is said about an event before it happens. A new event is one entry here. */
export const NOTIFICATION_EVENTS: Record<NotificationEvent, EventFacts> = FACTS;

/** In the order of the table. */
export const EVENT_NAMES = Object.keys(FACTS) as NotificationEvent[];

/** Events about which people can choose. */
export const CHOSEN_EVENTS: readonly NotificationEvent[] = EVENT_NAMES.filter(
  (event) => NOTIFICATION_EVENTS[event].needs !== null,
);

/** Events of which webhooks are told. */
export const WEBHOOK_EVENTS: readonly NotificationEvent[] = CHOSEN_EVENTS.filter(
  (event) => NOTIFICATION_EVENTS[event].isPersonal !== true,
);

/**
 * `held`: the channel is not configured; `waiting`: for the next digest; `collected`: in a digest;
 * `failed`: given up; `skipped`: needless by the time it would have been sent.
 */
export const NOTIFICATION_STATES = [
  "held",
  "waiting",
  "queued",
  "sending",
  "sent",
  "collected",
  "skipped",
  "failed",
] as const;

/** States from which an administrator may have a notification sent again. */
export const RETRYABLE_STATES: readonly (typeof NOTIFICATION_STATES)[number][] = ["held", "failed"];
