import type { Permit } from "@/server/policy";

/** What an operation that has not begun waits for. */
export function describeWait(permit: Permit): string {
  if (permit.state === "open") return "Waiting to be executed";
  const { opensAt, reason } = permit;
  return opensAt === null
    ? `Waiting: its maintenance windows do not open together within five weeks (${reason})`
    : `Scheduled for ${opensAt.toISOString()}, when its maintenance window opens (${reason})`;
}
