import { kindOf } from "@/server/advisor";
import { type MeasuredEvidence, rewritesOf } from "@/server/contracts";
import type { SetMember } from "./set-member";

/**
 * A summary that several queries could read, with the texts of those alone that gained by it in the
 * measurement; null when that changes nothing, or leaves nothing.
 */
export function narrowRewrites<Narrowed extends Pick<SetMember, "candidate" | "subject">>(
  member: Narrowed,
  evidence: MeasuredEvidence | null,
): Narrowed | null {
  const { candidate, subject } = member;
  const { change } = candidate;
  if (evidence === null) return null;
  const gained = new Set(
    evidence.queries.filter((query) => query.gain.low > 0).map((query) => query.fingerprint),
  );
  const narrowed = kindOf(change).narrow(change, gained);
  if (narrowed === null) return null;
  const fingerprints = rewritesOf(narrowed).map((one) => one.fingerprint);
  return {
    ...member,
    candidate: { ...candidate, change: narrowed, targeted_fingerprints: fingerprints },
    subject: { ...subject, changes: [narrowed], targeted: new Set(fingerprints) },
  };
}
