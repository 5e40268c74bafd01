/** Ends of windows that are remembered. */
const ENDS_MAX = 64;

/**
 * The time of calls and of the windows in which they are told, ms of the epoch: whatever the machine's clock
 * does, a call that was stamped before a window ended is earlier than its end, and every later one is not.
 */
export class WindowClock {
  private last = 0;
  private readonly ends: number[] = [];

  constructor(private readonly now: () => number = Date.now) {}

  /** The time of a call that has just ended. */
  stamp(): number {
    this.note(Math.max(this.now(), this.last));
    return this.last;
  }

  /** A call was stamped so; no window ends before it any more. */
  note(at: number): void {
    this.last = Math.max(at, this.last);
  }

  /** The end of a window; the next begins with it. */
  endWindow(): number {
    this.last = Math.max(this.now(), this.last + 1);
    this.ends.push(this.last);
    if (this.ends.length > ENDS_MAX) this.ends.shift();
    return this.last;
  }

  /** The latest end at or before an instant; 0: none is remembered. */
  endBefore(at: number): number {
    return this.ends.findLast((end) => end <= at) ?? 0;
  }

  hasEnd(at: number): boolean {
    return this.ends.includes(at);
  }
}

const BUCKET_MS = 10_000;
const BUCKETS_MAX = 2000;

interface Bucket {
  start: number;
  /** Of its latest call. */
  lastAt: number;
  calls: number;
  totalMs: number;
}

/** Calls of a window: all of them, and the latencies of the latest, oldest first. */
export interface WindowCalls {
  calls: number;
  totalMs: number;
  latencies: number[];
}

/**
 * Calls by time. A window that begins where one ended is counted exactly, so that windows that follow each
 * other count every call once; any other exactly while the latest calls reach back so far, and before that
 * from up to ten seconds earlier (further for what is long ago).
 */
export class CallLog {
  private readonly latest: { at: number; ms: number }[] = [];
  private evictedAt = Number.NEGATIVE_INFINITY;
  private buckets = new Map<number, Bucket>();

  constructor(
    private readonly clock: WindowClock,
    private readonly latestMax: number,
  ) {}

  add(at: number, ms: number): void {
    this.latest.push({ at, ms });
    if (this.latest.length > this.latestMax) {
      this.evictedAt = Math.max(this.evictedAt, this.latest.shift()?.at ?? 0);
    }
    const start = Math.max(at - (at % BUCKET_MS), this.clock.endBefore(at));
    const bucket = this.buckets.get(start) ?? { start, lastAt: at, calls: 0, totalMs: 0 };
    this.buckets.set(start, joined(bucket, { start, lastAt: at, calls: 1, totalMs: ms }));
    if (this.buckets.size > BUCKETS_MAX) this.joinOldest();
  }

  /** Calls from an instant to the end of a window, which is not part of it. */
  within(from: number, end: number): WindowCalls {
    const latencies = this.latest.filter(({ at }) => at >= from && at < end).map(({ ms }) => ms);
    if (this.evictedAt < from) {
      const totalMs = latencies.reduce((sum, ms) => sum + ms, 0);
      return { calls: latencies.length, totalMs, latencies };
    }
    let calls = 0;
    let totalMs = 0;
    for (const { start, lastAt, ...bucket } of this.buckets.values()) {
      if (lastAt < from || start >= end) continue;
      calls += bucket.calls;
      totalMs += bucket.totalMs;
    }
    return { calls, totalMs, latencies };
  }

  /** Of the older half each two neighbours become one, but where a window ended between them. */
  private joinOldest(): void {
    const all = [...this.buckets.values()].sort((a, b) => a.start - b.start);
    const half = all.splice(0, Math.ceil(all.length / 2));
    const kept: Bucket[] = [];
    for (let index = 0; index < half.length; index++) {
      const [bucket, next] = half.slice(index, index + 2);
      if (bucket === undefined) break;
      const isJoined = next !== undefined && !this.clock.hasEnd(next.start);
      kept.push(isJoined ? joined(bucket, next) : bucket);
      if (isJoined) index++;
    }
    this.buckets = new Map([...kept, ...all].map((bucket) => [bucket.start, bucket]));
  }
}

const joined = (a: Bucket, b: Bucket): Bucket => ({
  start: Math.min(a.start, b.start),
  lastAt: Math.max(a.lastAt, b.lastAt),
  calls: a.calls + b.calls,
  totalMs: a.totalMs + b.totalMs,
});
