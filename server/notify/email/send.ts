import { createTransport, type Transporter } from "nodemailer";
import { AppError, publicUrl, type ServiceContext, type Settings } from "@/server/platform";
import { clip, toContent } from "../content";
import type { Outgoing, Send } from "../outgoing";

const CONNECT_MS_MAX = 10_000;
const SILENCE_MS_MAX = 30_000;
const SUBJECT_LENGTH_MAX = 200;

/** Connections to the configured mail server; null without one. Close it. */
export function openMailer({ SMTP_URL: url }: Pick<Settings, "SMTP_URL">): Transporter | null {
  if (url === undefined) return null;
  return createTransport({
    ...{ url, pool: true, maxConnections: 2 },
    ...{ connectionTimeout: CONNECT_MS_MAX, greetingTimeout: CONNECT_MS_MAX },
    ...{ socketTimeout: SILENCE_MS_MAX, disableFileAccess: true, disableUrlAccess: true },
  });
}

/** Sends e-mails to people. What cannot be delivered for now is told as `unavailable`. */
export function emailSender(ctx: ServiceContext, mailer: Transporter): Send {
  return async (outgoing) => {
    const message = await toMessage(ctx.settings, outgoing);
    try {
      const { messageId } = await mailer.sendMail(message);
      return { outcome: "sent", providerId: messageId };
    } catch (error) {
      throw toMailError(error);
    }
  };
}

async function toMessage(settings: Settings, outgoing: Outgoing) {
  const baseUrl = publicUrl(settings);
  const content = toContent(outgoing, baseUrl);
  const preferencesUrl = `${baseUrl}/preferences`;
  // Loaded with the first e-mail: it takes a second or two, which a start need not wait for.
  const { renderEmail } = await import("./render-email");
  const { collected, suggestion } = outgoing;
  const card = suggestion?.card ?? null;
  const { html, text } = await renderEmail({ ...content, card, collected, preferencesUrl });
  return {
    ...{ from: settings.MAIL_FROM, to: outgoing.recipient, html, text },
    subject: clip(content.headline, SUBJECT_LENGTH_MAX),
    messageId: messageId(outgoing, baseUrl),
    ...threadOf(outgoing, baseUrl),
    headers: {
      "List-Unsubscribe": `<${preferencesUrl}>`,
      "Auto-Submitted": "auto-generated",
      "X-Auto-Response-Suppress": "All",
    },
  };
}

const hostOf = (baseUrl: string): string => new URL(baseUrl).hostname;

/** The same for every attempt: a mail server or reader that got it twice can tell. */
function messageId({ deliveryId }: Outgoing, baseUrl: string): string {
  return `<delivery-${deliveryId}@${hostOf(baseUrl)}>`;
}

/** All e-mails about a suggestion are one thread, of which this names the (never sent) beginning. */
function threadOf({ suggestion }: Outgoing, baseUrl: string) {
  if (suggestion === null) return {};
  const root = `<${suggestion.suggestion_id}@${hostOf(baseUrl)}>`;
  return { inReplyTo: root, references: [root] };
}

/** Codes of nodemailer and of the server's answer, as errors of ours. Texts of the server are shown to admins. */
function toMailError(error: unknown): AppError {
  const { code, responseCode, response } = (error ?? {}) as {
    code?: string;
    responseCode?: number;
    response?: string;
  };
  const said = response === undefined ? (code ?? "no answer") : clip(response, 300);
  // A refused address or message (5xx to RCPT or DATA) is refused again tomorrow; a refused password may not be.
  const isFinal = code === "EENVELOPE" || code === "EMESSAGE";
  if (isFinal && responseCode !== undefined && responseCode >= 500) {
    return new AppError("not_executable", `The mail server refused it: ${said}`);
  }
  return new AppError("unavailable", `The mail server did not take it: ${said}`);
}
