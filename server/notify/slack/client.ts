import {
  LogLevel,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from "@slack/web-api";
import { AppError, type Logger, type Settings } from "@/server/platform";

export type SlackClient = WebClient;

const CALL_MS_MAX = 10_000;

type SlackSettings = Pick<Settings, "SLACK_BOT_TOKEN" | "SLACK_API_URL">;

/**
 * Slack's methods for the configured bot; null without one. Calls are not repeated here: the queue does that,
 * and survives a restart.
 */
export function openSlack(settings: SlackSettings, log: Logger): WebClient | null {
  const { SLACK_BOT_TOKEN: token, SLACK_API_URL: slackApiUrl } = settings;
  if (token === undefined) return null;
  const debug = (...parts: unknown[]) => log.debug({ parts }, "slack client");
  return new WebClient(token, {
    ...{ slackApiUrl, timeout: CALL_MS_MAX, allowAbsoluteUrls: false },
    ...{ retryConfig: { retries: 0 }, rejectRateLimitedCalls: true },
    logger: {
      ...{ debug, info: debug, warn: debug, error: debug },
      ...{ setLevel() {}, setName() {}, getLevel: () => LogLevel.ERROR },
    },
  });
}

/** Slack's own trouble; worth another attempt. */
const PASSING = new Set([
  ...["internal_error", "fatal_error", "service_unavailable", "request_timeout"],
  ...["team_added_to_org", "accesslimited"],
]);

const ADVICE: Record<string, string> = {
  not_in_channel: "Invite the bot to the channel (/invite).",
  channel_not_found: "Check SLACK_CHANNEL, and invite the bot to the channel.",
  is_archived: "The channel is archived.",
  invalid_auth: "Check SLACK_BOT_TOKEN.",
  token_revoked: "The app was removed from the workspace, or its token revoked.",
  account_inactive: "The app was removed from the workspace.",
  missing_scope: "Install the app again with the scopes of docs/notifications.md.",
};

/** What Slack calls the fault of a refused call; null for any other error. */
export const slackFault = (error: unknown): string | null =>
  error instanceof WebAPIPlatformError ? error.data.error : null;

/** An error of a call as one of ours. Its cause is left out: it may hold the token. */
export function toSlackError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof WebAPIRateLimitedError) {
    return new AppError("rate_limited", "Slack asks to wait.", {
      details: { retry_after_seconds: error.retryAfter },
    });
  }
  if (error instanceof WebAPIHTTPError) {
    return new AppError("unavailable", `Slack answered with status ${error.statusCode}.`);
  }
  if (error instanceof WebAPIRequestError)
    return new AppError("unavailable", "Slack does not answer.");
  const fault = slackFault(error);
  if (fault === null) return new AppError("internal", "A call of Slack failed unexpectedly.");
  if (fault === "ratelimited") {
    return new AppError("rate_limited", "Slack asks to wait.", {
      details: { retry_after_seconds: 30 },
    });
  }
  if (PASSING.has(fault)) return new AppError("unavailable", `Slack reported ${fault}.`);
  return new AppError("not_executable", `Slack refused: ${fault}. ${ADVICE[fault] ?? ""}`.trim());
}
