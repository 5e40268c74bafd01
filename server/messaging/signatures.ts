import type { PublicKeySet, SignedMessage } from "@/server/contracts";
import { verifyDetached } from "@/server/identity";
import { refusal } from "./refusal";

/**
 * The key that a message was signed with, of those that its sender has. Throws `unauthenticated`; its
 * `details.reason` is `unsigned`, `unknown_key` or `bad_signature`.
 */
export function verifySignature(jwks: PublicKeySet, signed: SignedMessage): { kid: string } {
  const { text, signature } = signed;
  if (signature === null) throw refusal("unsigned", "The message is not signed.");
  return verifyDetached(jwks, { text, signature });
}
