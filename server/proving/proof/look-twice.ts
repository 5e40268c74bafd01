import { attempt } from "./attempt";
import type { Proof } from "./open-proof";

/**
 * What is seen, or what is seen next where that `isDoubtful`: noise of a busy machine comes in
 * stretches. A second look that cannot be made leaves the first. Throws what the first look throws,
 * and the signal's reason.
 */
export async function lookTwice<Seen>(
  proof: Proof,
  look: () => Promise<Seen>,
  isDoubtful: (seen: Seen) => boolean,
): Promise<Seen> {
  const seen = await look();
  if (!isDoubtful(seen)) return seen;
  const again = await attempt(proof, look);
  return "result" in again ? again.result : seen;
}
