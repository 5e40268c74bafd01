import { NOTIFICATION_EVENTS, type NotificationEvent, type Suggestion } from "@/server/contracts";
import { formatCount, formatPlural } from "@/server/format";
import { publicUrl, type Settings } from "@/server/platform";
import type { Outgoing } from "./outgoing";

/** What a notification says, for every channel to lay out. Plain texts. */
export interface Content {
  /** One line: an e-mail's subject, a preview on a phone. */
  headline: string;
  /** What happened, and what is asked of the reader. */
  sentences: string[];
  link: { label: string; url: string };
}

const TITLE_LENGTH_MAX = 150;

/** A text on one line, and not longer than `max` characters. */
export function clip(text: string, max: number): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  const characters = [...line];
  return characters.length <= max ? line : `${characters.slice(0, max - 1).join("")}…`;
}

/** What a suggestion is called, wherever it is named in one line. */
export function titleOf(suggestion: Suggestion): string {
  return clip(suggestion.card?.title ?? suggestion.note, TITLE_LENGTH_MAX);
}

const isEstimate = (suggestion: Suggestion): boolean => suggestion.basis === "estimate";

/** Who decided this, and why: an earlier approval of somebody else is another notification's. */
function decision({ actorLabel, details }: Outgoing): string[] {
  const by = details.is_automatic === true ? "Automatically, by the policy." : `By ${actorLabel}.`;
  return [by, ...(details.reason === undefined ? [] : [`Reason: ${details.reason}`])];
}

const errorOf = ({ details, suggestion }: Outgoing): string[] => {
  const error = details.error ?? suggestion?.error?.message;
  return error === undefined ? [] : [error];
};

const summaryOf = ({ details }: Outgoing): string[] =>
  details.summary === undefined ? [] : [details.summary];

const reasonOf = ({ details }: Outgoing): string[] =>
  details.reason === undefined ? [] : [details.reason];

function askForDecision({ suggestion, details, approvals }: Outgoing): string[] {
  const basis =
    suggestion !== null && isEstimate(suggestion)
      ? "These are estimates: nothing was measured."
      : "The changes were tested on a copy of your data.";
  const until = details.due_at ?? suggestion?.expires_at;
  return [
    basis,
    ...(approvals === null ? [] : [approvals]),
    "Approve or reject them.",
    ...(until ? [`Decide before ${formatUtc(new Date(until))}.`] : []),
  ];
}

/** `28 Nov 2026, 14:05 UTC` */
export function formatUtc(moment: Date): string {
  const parts = { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" } as const;
  const time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  const text = new Intl.DateTimeFormat("en-GB", { ...parts, ...time }).format(moment);
  return `${text} UTC`;
}

const SENTENCES: Record<NotificationEvent, (outgoing: Outgoing) => string[]> = {
  approval_needed: askForDecision,
  approval_reminder: (outgoing) => [
    "This suggestion still waits for a decision.",
    ...(outgoing.approvals === null ? reasonOf(outgoing) : []),
    ...askForDecision(outgoing),
  ],
  approval_escalated: (outgoing) => [
    "Nobody decided in the time that the policy allows.",
    ...(outgoing.approvals === null ? reasonOf(outgoing) : []),
    ...askForDecision(outgoing),
  ],
  advice_changed: (outgoing) => [
    "A longer test changed what this suggestion advises.",
    ...[outgoing.suggestion?.search.revision_note ?? []].flat(),
    ...askForDecision(outgoing),
  ],
  assigned: ({ actorLabel }) => [`${actorLabel} gave this suggestion to you.`],
  mentioned: (outgoing) => [`${outgoing.actorLabel} mentioned you:`, ...summaryOf(outgoing)],
  approved_in_part: (outgoing) => [
    `Approved by ${outgoing.actorLabel}.`,
    ...(outgoing.approvals === null ? summaryOf(outgoing) : []),
    ...askForDecision(outgoing),
  ],
  approved: (outgoing) => [...decision(outgoing), "It can be executed now."],
  rejected: decision,
  expired: () => ["Nobody decided in time. Nothing was changed; this is no rejection."],
  superseded: (outgoing) => [
    ...reasonOf(outgoing),
    outgoing.suggestion?.superseded_by
      ? "A newer test run took its place."
      : "It was made for a schema that has changed since.",
  ],
  withdrawn: () => ["A longer test showed that these changes do not pay. Nothing was changed."],
  test_failed: errorOf,
  executed: () => [
    "The approved changes were made. Their effect on live queries is being measured.",
  ],
  execution_failed: (outgoing) => ["The approved changes could not be made.", ...errorOf(outgoing)],
  verified: (outgoing) => ["Confirmed.", ...summaryOf(outgoing)],
  verified_with_regressions: (outgoing) => [
    "Confirmed with regressions: nothing is rolled back automatically.",
    ...summaryOf(outgoing),
  ],
  inconclusive: (outgoing) => [
    "Live queries neither confirm nor refute the changes.",
    ...summaryOf(outgoing),
  ],
  regressed: (outgoing) => ["Regressed.", ...summaryOf(outgoing), ...reasonOf(outgoing)],
  regression_kept: (outgoing) => [
    `Kept by ${outgoing.actorLabel} although it regressed.`,
    ...reasonOf(outgoing),
  ],
  reverted: (outgoing) => [`Rolled back by ${outgoing.actorLabel}.`],
  reapplied: (outgoing) => [
    `${outgoing.actorLabel} has it executed again after its rollback.`,
    ...reasonOf(outgoing),
  ],
  rollback_failed: (outgoing) => [
    "The changes are still in place: they could not be rolled back.",
    ...errorOf(outgoing),
  ],
  job_dead: (outgoing) => [
    "A job failed too often and was given up. It waits for an administrator.",
    ...errorOf(outgoing),
  ],
  message_dead: ({ details }) => [
    `${formatPlural(details.count ?? 1, "message")} between agents could not be delivered or handled.`,
    ...[details.error ?? []].flat(),
  ],
  product_unreachable: (outgoing) => [
    `${outgoing.productId ?? "The data product"} does not answer as it should. Nothing is tested or executed meanwhile.`,
    ...errorOf(outgoing),
  ],
  product_reachable: ({ productId }) => [`${productId ?? "The data product"} answers again.`],
  digest: ({ collected, collectedCount }) => [
    `${formatPlural(collectedCount, "notification")} since the last digest.`,
    ...(collectedCount > collected.length
      ? [
          `The latest ${formatCount(collected.length)} are listed here, all of them on the page Notifications.`,
        ]
      : []),
  ],
  test: ({ actorLabel }) => [`${actorLabel} asked for this. Notifications arrive here.`],
};

const PAGES: Partial<Record<NotificationEvent, { label: string; path: string }>> = {
  job_dead: { label: "Open health", path: "/health" },
  message_dead: { label: "Open dead letters", path: "/dead-letters" },
  product_unreachable: { label: "Open health", path: "/health" },
  product_reachable: { label: "Open workload", path: "/workload" },
};

/** The page of a suggestion; it asks to sign in first. */
export const suggestionUrl = (
  settings: Pick<Settings, "PUBLIC_URL" | "PORT">,
  id: string,
): string => `${publicUrl(settings)}${suggestionPath(id)}`;

const suggestionPath = (id: string): string => `/suggestions/${encodeURIComponent(id)}`;

function linkOf({ event, suggestion }: Outgoing): { label: string; path: string } {
  if (suggestion !== null) {
    return { label: "Open suggestion", path: suggestionPath(suggestion.suggestion_id) };
  }
  return PAGES[event] ?? { label: "Open notifications", path: "/outbox" };
}

/** A notification in words. An estimate is called one, and is never said to have been tested. */
export function toContent(outgoing: Outgoing, baseUrl: string): Content {
  const { event, suggestion } = outgoing;
  const { label } = NOTIFICATION_EVENTS[event];
  const isAsking = event === "approval_needed" && suggestion !== null && isEstimate(suggestion);
  const what = isAsking ? "Estimate to review" : label;
  const { label: linkLabel, path } = linkOf(outgoing);
  return {
    headline: suggestion === null ? what : `${what}: ${titleOf(suggestion)}`,
    sentences: SENTENCES[event](outgoing),
    link: { label: linkLabel, url: `${baseUrl}${path}` },
  };
}
