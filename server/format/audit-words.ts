import { formatInstant, formatList } from ".";

/** Actions whose name does not tell them by itself. */
const TITLES: Record<string, string> = {
  "api_key.create": "API key created",
  "api_key.revoke": "API key revoked",
  "conversation.ask_approval": "Conversation waits for approval",
  "conversation.compensate": "Compensation of a conversation started",
  "conversation.fail_compensation": "Compensation of a conversation failed",
  "learning.adjust": "Required gain learned from outcomes",
  "learning.undo": "Learned required gain taken back",
  "message.bury": "Message moved to dead letters",
  "model.roll_back": "Model rolled back",
  "notification.retry": "Notification sent again",
  "operation.clean_up": "Undo data of an operation removed",
  "operation.judge": "Live workload judged",
  "operation.keep": "Regression kept",
  "operation.request_revert": "Rollback requested",
  "product.connect": "Data product connected",
  "product.disconnect": "Data product disconnected",
  "product.pause": "Data product paused",
  "product.resume": "Data product resumed",
  "product.trust": "Credential of a data product registered",
  "product.untrust": "Credential of a data product removed",
  "product.workload_moved": "Workload of a data product changed",
  "session.end": "Signed out",
  "retention.set": "Retention changed",
  "session.revoke": "Sessions of a person ended",
  "session.start": "Signed in",
  "sign_in.back_off": "Sign-in delayed after failures",
  "sign_in.fail": "Sign-in failed",
  "suggestion.acknowledge_coverage": "Low coverage acknowledged",
  "suggestion.advise_later": "Suggestion found by the continued search",
  "suggestion.approve_further": "Suggestion approved further, as the policy asks now",
  "suggestion.approve_in_part": "One of several approvals given",
  "suggestion.cancel_search": "Search cancelled",
  "suggestion.continue": "Search continued",
  "suggestion.execute": "Execution started",
  "suggestion.feedback": "Feedback given",
  "suggestion.open": "Analysis requested",
  "suggestion.prove": "Test run finished",
  "suggestion.reapply": "Suggestion executed again after its rollback",
  "suggestion.remind": "Approvers reminded",
  "suggestion.verify": "Confirmed on the live workload",
  "suggestion.verify_with_regressions": "Confirmed with regressions",
  "suggestion.withdraw_execution": "Execution withdrawn",
  "user.set_notifications": "Notification preferences changed",
  "user.accept_invitation": "Invitation accepted",
  "user.create_first_admin": "First administrator created",
  "user.link": "Account linked with the identity provider",
  "user.link_slack": "Slack account linked",
  "user.set_password": "Password changed",
  "user.start_first_admin": "Link for the first administrator made",
  "user.start_password_reset": "Password reset link made",
  "user.withdraw_invitation": "Invitation withdrawn",
  "user.set_roles": "Roles of a person changed",
};

/** Their past is not made by an ending. */
const IRREGULAR: Record<string, string> = {
  send: "sent",
  set: "set",
  leave: "left",
  withdraw: "withdrawn",
};

function pastOf(verb: string): string {
  const known = IRREGULAR[verb];
  if (known !== undefined) return known;
  if (verb.endsWith("ed")) return verb;
  if (verb.endsWith("e")) return `${verb}d`;
  if (/[^aeiou]y$/.test(verb)) return `${verb.slice(0, -1)}ied`;
  return /^(enrol|cancel|stop)$/.test(verb) ? `${verb}${verb.at(-1)}ed` : `${verb}ed`;
}

const words = (name: string) => name.replaceAll("_", " ");
const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** What was done, in words: `suggestion.approve` is `Suggestion approved`. */
export function describeAction(action: string): string {
  const known = TITLES[action];
  if (known !== undefined) return known;
  const [entity = action, verb] = action.split(".");
  if (verb === undefined) return sentence(words(entity));
  const [first = "", ...rest] = verb.split("_");
  const more = rest.length === 0 ? "" : `: ${rest.join(" ")}`;
  return `${sentence(words(entity))} ${pastOf(first)}${more}`;
}

const VALUE_LENGTH_MAX = 200;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;

function valueText(value: unknown): string {
  if (value === null || value === undefined || value === "") return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return INSTANT.test(value) ? formatInstant(value) : cut(value);
  if (typeof value !== "object") return String(value);
  const isList = Array.isArray(value) && value.every((each) => typeof each !== "object");
  if (isList) return value.length === 0 ? "none" : cut(formatList(value.map(String)));
  return cut(JSON.stringify(value));
}

const cut = (text: string) =>
  text.length > VALUE_LENGTH_MAX ? `${text.slice(0, VALUE_LENGTH_MAX - 1)}…` : text;

type Fields = Record<string, unknown>;

function fieldsOf(value: unknown): Fields {
  if (value === null || value === undefined) return {};
  const isRecord = typeof value === "object" && !Array.isArray(value);
  return isRecord ? (value as Fields) : { value };
}

/** `expires_at` is `Expires`, `is_active` is `Active`, `jwks_url` is `Jwks url`. */
const labelOf = (key: string) => sentence(words(key.replace(/^(is|has)_/, "").replace(/_at$/, "")));

/**
 * What differs between the states before and after, a line for each field: `Roles: viewer → admin`.
 * Fields that stayed the same are left out.
 */
export function describeChanges(before: unknown, after: unknown): string[] {
  const [old, now] = [fieldsOf(before), fieldsOf(after)];
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return keys.flatMap((key) => {
    const [a, b] = [valueText(old[key]), valueText(now[key])];
    if (!(key in old)) return [`${labelOf(key)}: ${b}`];
    if (!(key in now)) return after == null ? [`${labelOf(key)}: ${a} (before)`] : [];
    return a === b ? [] : [`${labelOf(key)}: ${a} → ${b}`];
  });
}
