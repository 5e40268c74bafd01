import type { QueueLoad } from "@/server/queue";

/** What is known of the queue of proofs, and how long one proof takes at most. */
interface ProofQueue {
  load: Pick<QueueLoad, "proofsWaiting" | "proofsRunning" | "oldestProofAt">;
  /** Provers that said lately that they can work; each makes one proof at a time. */
  provers: number;
  proofSecondsMax: number;
  /** A longer wait than this is worth a person's attention, seconds. */
  waitSecondsMax: number;
}

function formatWait(seconds: number): string {
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}

const proofs = (count: number) => (count === 1 ? "1 proof waits" : `${count} proofs wait`);

/**
 * Whether the queue of proofs is long: how many wait, since when, and about how long a new one would wait,
 * if every proof before it took the usual time budget. Most take less; one that is continued for longer
 * takes more. Searches after a first advice give way.
 */
export function judgeProofQueue(queue: ProofQueue): { status: "ok" | "degraded"; detail: string } {
  const { load, proofSecondsMax, waitSecondsMax } = queue;
  const { proofsWaiting: waiting, proofsRunning: running, oldestProofAt } = load;
  if (waiting === 0) return { status: "ok", detail: "No proof waits." };
  const since = oldestProofAt === null ? "" : `, the oldest since ${oldestProofAt.toISOString()}`;
  // Whoever makes one now is a prover, whatever it said.
  const provers = Math.max(queue.provers, Math.min(running, 1));
  if (provers === 0) {
    return { status: "degraded", detail: `${proofs(waiting)}${since}. No prover takes any.` };
  }
  const waitSeconds = ((waiting + running) * proofSecondsMax) / provers;
  const estimate =
    `A new one would wait about ${formatWait(waitSeconds)} (estimate: ${waiting + running} before it, ` +
    `${formatWait(proofSecondsMax)} each, ${provers === 1 ? "1 prover" : `${provers} provers`}).`;
  return {
    status: waitSeconds > waitSecondsMax ? "degraded" : "ok",
    detail: `${proofs(waiting)}${since}. ${estimate}`,
  };
}
