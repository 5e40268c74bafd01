import type { PublicKeySet, SignedMessage } from "@/server/contracts";
import { verifyDetachedAside } from "@/server/identity";
import { refusal } from "./refusal";

/**
 * The key that a message was signed with, of those that its sender has. Rejects with `unauthenticated`; its
 * `details.reason` is `unsigned`, `unknown_key` or `bad_signature`.
 */
export async function verifySignature(
  jwks: PublicKeySet,
  signed: SignedMessage,
): Promise<{ kid: string }> {
  const { text, signature } = signed;
  if (signature === null) throw refusal("unsigned", "The message is not signed.");
  return verifyDetachedAside(jwks, { text, signature });
}
