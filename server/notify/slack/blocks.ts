import type { ActionsBlock, Button, KnownBlock } from "@slack/web-api";
import { allows, type Suggestion } from "@/server/contracts";
import { OUTCOME_LABELS } from "@/server/decision-card";
import { type Content, clip, titleOf } from "../content";

/** What Slack takes, at most: https://docs.slack.dev/reference/block-kit/blocks */
const HEADER_MAX = 150;
const TEXT_MAX = 3000;
const SECTIONS_MAX = 10;

/** Names of the buttons and of the form, as Slack tells them back. */
export const SLACK_ACTIONS = {
  approve: "suggestion_approve",
  reject: "suggestion_reject",
  open: "suggestion_open",
} as const;

/** A text that Slack shows as it is: no link, mention or format comes of it. */
const escapeMrkdwn = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    // Marks of bold, italic, struck and code: a zero-width space ends their effect.
    .replaceAll(/[*_~`]/g, (mark) => `\u200B${mark}`);

/** A moment on the reader's own clock. */
function slackDate(moment: Date): string {
  const seconds = Math.floor(moment.getTime() / 1000);
  return `<!date^${seconds}^{date_short_pretty} at {time}|${moment.toISOString()}>`;
}

const plain = (text: string) => ({ type: "plain_text", text, emoji: false }) as const;

const section = (text: string): KnownBlock => ({
  type: "section",
  text: { type: "mrkdwn", text },
});

/** Lines in as few sections as hold them; a line that is too long for one is cut. */
function sections(lines: readonly string[]): KnownBlock[] {
  const texts: string[] = [];
  for (const line of lines.map((text) => cut(text, TEXT_MAX))) {
    const last = texts.at(-1);
    if (last !== undefined && last.length + line.length + 1 <= TEXT_MAX) {
      texts[texts.length - 1] = `${last}\n${line}`;
    } else texts.push(line);
  }
  return texts.slice(0, SECTIONS_MAX).map(section);
}

/** Never in the middle of an escape (`&amp;`). */
function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text.slice(0, max - 1).replace(/&[a-z]{0,3}$/, "")}…`;
}

/** The latest decisions that are named: one, or the approvals of a chain. */
const REVIEWS_MAX = 5;

const VERDICTS = { approved: "Approved", rejected: "Rejected" } as const;

const STATES: Partial<Record<Suggestion["state"], string>> = {
  pending: "Waiting for a decision",
  approved: "Approved; not executed yet",
  executing: "Being executed",
  executed: "Executed; live queries are being measured",
  verified: "Executed and confirmed by live queries",
  reverted: "Rolled back",
  failed: "Failed",
  expired: "Expired: nobody decided in time",
  superseded: "Superseded",
  no_gain: "Withdrawn: a longer test showed that it does not pay",
  cancelled: "Cancelled",
};

/** How what is in place stands on the live workload; null: not executed, or rolled back. */
function outcomeOf({ state, operations }: Suggestion): string | null {
  const outcome = operations.find(({ kind }) => kind === "execute")?.verification?.state;
  if (outcome === undefined || !allows("suggestion", "revert", state)) return null;
  return `Executed; live queries: ${OUTCOME_LABELS[outcome].toLowerCase()}`;
}

/** Where it stands, and who decided. */
function statusLines(suggestion: Suggestion, approvals: string | null): string[] {
  const { state, reviews, error } = suggestion;
  const stands = outcomeOf(suggestion) ?? STATES[state];
  const lines = stands === undefined ? [] : [`*${stands}*`];
  if (approvals !== null) lines.push(escapeMrkdwn(approvals));
  for (const review of reviews.slice(-REVIEWS_MAX)) {
    const by = escapeMrkdwn(review.reviewer);
    lines.push(`${VERDICTS[review.verdict]} by ${by}, ${slackDate(new Date(review.at))}`);
    if (review.reason !== "") lines.push(`> ${escapeMrkdwn(clip(review.reason, 500))}`);
  }
  if (error !== null) lines.push(escapeMrkdwn(clip(error.message, 500)));
  return lines;
}

/** What the verbs need to know of what was read: an approval of other advice is refused. */
function actionValue({ suggestion_id, search }: Suggestion): string {
  return JSON.stringify({ suggestion_id, revision: search.revision });
}

function approveButton(suggestion: Suggestion): Button {
  const count = suggestion.suggestions.length;
  const all = count === 1 ? "this change" : `all ${count} changes`;
  return {
    ...{ type: "button", style: "primary", text: plain("Approve") },
    ...{ action_id: SLACK_ACTIONS.approve, value: actionValue(suggestion) },
    confirm: {
      title: plain("Approve?"),
      text: plain(`You approve ${all}. Nothing is executed by that.`),
      confirm: plain("Approve"),
      deny: plain("Cancel"),
    },
  };
}

function actions(suggestion: Suggestion, url: string, hasButtons: boolean): ActionsBlock {
  const open: Button = {
    ...{ type: "button", text: plain("Open"), action_id: SLACK_ACTIONS.open, url },
  };
  if (suggestion.state !== "pending" || !hasButtons) return { type: "actions", elements: [open] };
  const reject: Button = {
    ...{ type: "button", style: "danger", text: plain("Reject") },
    ...{ action_id: SLACK_ACTIONS.reject, value: actionValue(suggestion) },
  };
  // Whoever takes the risk of too little evidence reads on the page what it is.
  const canApprove = suggestion.coverage?.is_too_low !== true;
  const decisions = canApprove ? [approveButton(suggestion), reject] : [reject];
  return { type: "actions", elements: [...decisions, open] };
}

/** The card of a suggestion as it stands now. `hasButtons`: whether presses would be taken here. */
export function suggestionBlocks(
  suggestion: Suggestion,
  { url, hasButtons, approvals }: { url: string; hasButtons: boolean; approvals: string | null },
): KnownBlock[] {
  const card = (suggestion.card?.lines ?? []).map(
    ({ label, text }) => `*${escapeMrkdwn(label)}:* ${escapeMrkdwn(text)}`,
  );
  const isEstimate = suggestion.basis === "estimate";
  const basis = isEstimate ? ["These are estimates: nothing was measured."] : [];
  const isAsking = suggestion.state === "pending" && suggestion.coverage?.is_too_low === true;
  const coverage = isAsking
    ? ["Too little of the workload was replayed to approve it here: open the page."]
    : [];
  return [
    { type: "header", text: plain(clip(titleOf(suggestion), HEADER_MAX)) },
    ...sections([...statusLines(suggestion, approvals), ...basis, ...card, ...coverage]),
    actions(suggestion, url, hasButtons),
  ];
}

/** Anything that is not kept up to date: a reply in a thread, or a message of its own. */
export function contentBlocks({ headline, sentences, link }: Content): KnownBlock[] {
  const lines = [`*${escapeMrkdwn(headline)}*`, ...sentences.map(escapeMrkdwn)];
  return [...sections(lines), section(`<${link.url}|${escapeMrkdwn(link.label)}>`)];
}
