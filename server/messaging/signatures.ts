import type { PublicKeySet, SignedMessage } from "@/server/contracts";
import { signDetached, verifyDetached } from "@/server/identity";
import type { ServiceContext } from "@/server/platform";
import { refusal } from "./refusal";

/**
 * Signs the text of a message of ours, byte by byte, with the active key: a compact JWS without its payload
 * (RFC 7515, appendix F). Made for thousands a second.
 */
export function signText({
  ctx,
  input,
}: {
  ctx: Pick<ServiceContext, "db" | "settings" | "clock">;
  input: { text: string };
}): Promise<{ signature: string; kid: string }> {
  return signDetached({ ctx, input });
}

/**
 * The key that a message was signed with, of those that its sender has. Throws `unauthenticated`; its
 * `details.reason` is `unsigned`, `unknown_key` or `bad_signature`.
 */
export function verifySignature(jwks: PublicKeySet, signed: SignedMessage): { kid: string } {
  const { text, signature } = signed;
  if (signature === null) throw refusal("unsigned", "The message is not signed.");
  return verifyDetached(jwks, { text, signature });
}
