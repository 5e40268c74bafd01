import { createHash } from "node:crypto";
import type { MessageEnvelope } from "@/server/contracts";

/** Key order must not matter when a repeat is compared with what was stored. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, canonical(inner)]));
}

/** Of what an envelope says: two texts that say the same are the same message. */
export function digestOf(message: MessageEnvelope): string {
  return createHash("sha256")
    .update(JSON.stringify(canonical(message)))
    .digest("hex");
}
