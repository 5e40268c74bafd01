import { AppError, type ServiceContext } from "@/server/platform";
import { emailSender, openMailer } from "./email/send";
import type { Send } from "./outgoing";
import { openSlack } from "./slack/client";
import { slackSender } from "./slack/send";
import { webhookSender } from "./webhook/send";

/** A channel that was configured when a delivery was queued, and is not any more. */
const unconfigured =
  (name: string): Send =>
  async () => {
    throw new AppError("misconfigured", `${name} is not configured any more.`);
  };

/** The channels as they are configured. Close them. */
export function openChannels(ctx: ServiceContext) {
  const mailer = openMailer(ctx.settings);
  const slack = openSlack(ctx.settings, ctx.log);
  return {
    senders: {
      email: mailer === null ? unconfigured("SMTP_URL") : emailSender(ctx, mailer),
      slack: slack === null ? unconfigured("SLACK_BOT_TOKEN") : slackSender(ctx, slack),
      webhook: webhookSender(ctx),
    },
    close: () => mailer?.close(),
  };
}
