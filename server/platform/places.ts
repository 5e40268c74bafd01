import { AppError } from "./errors";

/** What a caller may have several of at once, as refusals name it. */
const NAMES = { requests: "requests", streams: "event streams" } as const;
type PlaceKind = keyof typeof NAMES;

/**
 * How many requests and event streams each caller has open in this process. Not shared between
 * replicas: what is short is this process's own memory and connections.
 */
export class Places {
  private readonly taken = new Map<string, number>();

  /**
   * Takes one of the caller's `max` places. Throws `rate_limited` when all are taken. Call the answer
   * when done; a second call does nothing.
   */
  enter(kind: PlaceKind, caller: string, max: number): () => void {
    const key = `${kind} ${caller}`;
    const count = this.taken.get(key) ?? 0;
    if (count >= max) {
      throw new AppError(
        "rate_limited",
        `At most ${max} ${NAMES[kind]} at once for one caller. Try again when one of yours has ended.`,
        { details: { retry_after_seconds: 1, limit: max } },
      );
    }
    this.taken.set(key, count + 1);
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.free(key);
    };
  }

  private free(key: string): void {
    const left = (this.taken.get(key) ?? 0) - 1;
    if (left > 0) this.taken.set(key, left);
    else this.taken.delete(key);
  }
}
