const INSTANTS_MAX = 5000;
const MINUTE_MS = 60_000;
const MINUTES_MAX = 1440;

/**
 * Counts calls that were not kept. Since an instant: exact while the latest 5000 reach back so far,
 * so that windows that follow each other count every call once; before that by the minute (the
 * window then starts up to a minute earlier), for a day.
 */
export class DroppedCalls {
  private readonly instants: number[] = [];
  private readonly minutes = new Map<number, number>();

  add(at: number): void {
    this.instants.push(at);
    if (this.instants.length > INSTANTS_MAX) this.instants.shift();
    const minute = at - (at % MINUTE_MS);
    this.minutes.set(minute, (this.minutes.get(minute) ?? 0) + 1);
    if (this.minutes.size > MINUTES_MAX) this.minutes.delete(Math.min(...this.minutes.keys()));
  }

  countSince(from: number): number {
    const latest = this.instants.filter((at) => at >= from).length;
    if (latest < INSTANTS_MAX) return latest;
    let calls = 0;
    for (const [minute, count] of this.minutes) if (minute + MINUTE_MS > from) calls += count;
    return calls;
  }
}
