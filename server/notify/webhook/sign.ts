import { createHmac, randomBytes } from "node:crypto";

/** Prefix of a secret by the Standard Webhooks specification (https://www.standardwebhooks.com). */
const PREFIX = "whsec_";
const SECRET_BYTES = 32;

export const newWebhookSecret = (): string =>
  `${PREFIX}${randomBytes(SECRET_BYTES).toString("base64")}`;

interface Signed {
  secret: string;
  id: string;
  timestampSeconds: number;
  body: string;
}

/**
 * Headers by which the receiver knows that a request is ours, recent and whole: `webhook-id` (the same for every
 * attempt), `webhook-timestamp`, and `webhook-signature`: v1 and the base64 HMAC-SHA256 of
 * `id.timestamp.body` under the secret's bytes.
 */
export function signatureHeaders({ secret, id, timestampSeconds, body }: Signed) {
  const key = Buffer.from(secret.slice(PREFIX.length), "base64");
  const signature = createHmac("sha256", key)
    .update(`${id}.${timestampSeconds}.${body}`)
    .digest("base64");
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestampSeconds),
    "webhook-signature": `v1,${signature}`,
  };
}
