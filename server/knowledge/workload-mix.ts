import type { WorkloadMix, WorkloadPattern, WorkloadReadiness } from "@/server/contracts";
import { formatCount, formatPercent, formatPlural } from "@/server/format";

/** Shapes whose share is kept by itself; what is left together stands under REST. */
const SHAPES_MAX = 200;
const REST = "";

type Called = Pick<WorkloadPattern, "fingerprint" | "kind" | "calls" | "mean_ms">;

/**
 * How the time of the SELECT shapes is shared out; by calls where none took any time. A shape that was
 * called once may be anything: `repeated_share` is the time of those called again.
 */
export function mixOf(patterns: readonly Called[]): WorkloadMix {
  const called = patterns.filter(({ kind, calls }) => kind === "select" && calls > 0);
  const isTimed = called.some((pattern) => pattern.calls * pattern.mean_ms > 0);
  const weightOf = ({ calls, mean_ms }: Called) => (isTimed ? calls * mean_ms : calls);
  const total = sum(called.map(weightOf));
  if (total === 0) return { calls: 0, repeated_share: 0, shares: {} };
  const largest = [...called].sort((a, b) => weightOf(b) - weightOf(a));
  const shares = new Map<string, number>();
  for (const [index, pattern] of largest.entries()) {
    const name = index < SHAPES_MAX ? pattern.fingerprint : REST;
    shares.set(name, (shares.get(name) ?? 0) + weightOf(pattern) / total);
  }
  return {
    calls: sum(called.map(({ calls }) => calls)),
    repeated_share: sum(called.filter(({ calls }) => calls > 1).map(weightOf)) / total,
    shares: Object.fromEntries(shares),
  };
}

/**
 * How far a mix has moved: the share (0..1) of the time that is now spent on other shapes than before.
 * Half the sum of the differences of the shares, that is their total variation distance.
 */
export function mixDistance(before: WorkloadMix, now: WorkloadMix): number {
  const names = new Set([...Object.keys(before.shares), ...Object.keys(now.shares)]);
  const of = ({ shares }: WorkloadMix, name: string) => shares[name] ?? 0;
  return sum([...names].map((name) => Math.abs(of(before, name) - of(now, name)))) / 2;
}

/** What a workload must have before it is analyzed without anybody asking. */
export interface ReadinessLimits {
  callsMin: number;
  /** Share of the time in queries that were called at least twice. */
  repeatedShareMin: number;
  /** How far the mix may move between two observations. */
  distanceMax: number;
}

/** A mix to compare the next one with, and how far it had moved from the one before. */
interface MixTrail {
  anchor: WorkloadMix;
  /** null: there was none before to compare it with. */
  distance: number | null;
}

/** So many times the calls asked for outweigh any that follow: nothing need be waited for. */
const SPEAKS_FOR_ITSELF = 25;

/**
 * Compares the mix with the last one once there are half as many calls again (or as many new ones as are
 * asked for at all): sooner, nothing could have moved. A workload that shrank by half begins anew.
 */
export function followMix(
  trail: MixTrail | null,
  mix: WorkloadMix,
  { callsMin }: Pick<ReadinessLimits, "callsMin">,
): MixTrail {
  if (mix.calls >= SPEAKS_FOR_ITSELF * callsMin) return { anchor: mix, distance: 0 };
  const known = trail?.anchor.calls ?? 0;
  if (trail === null || known === 0 || mix.calls < known / 2)
    return { anchor: mix, distance: null };
  const isDue = mix.calls - known >= Math.min(known / 2, callsMin);
  return isDue ? { anchor: mix, distance: mixDistance(trail.anchor, mix) } : trail;
}

/**
 * Is the workload known well enough to be analyzed? Each thing asked for counts alike towards `share`;
 * `missing` names what is not there yet, with its figures.
 */
export function judgeReadiness(
  { calls, repeated_share }: WorkloadMix,
  { distance }: Pick<MixTrail, "distance">,
  limits: ReadinessLimits,
): WorkloadReadiness {
  const { callsMin, repeatedShareMin, distanceMax } = limits;
  const left = callsMin - calls;
  const parts = [
    {
      share: ratio(calls, callsMin),
      missing: `${formatPlural(left, "more query", "more queries")} (${formatCount(calls)} of ${formatCount(callsMin)} so far)`,
    },
    {
      share: ratio(repeated_share, repeatedShareMin),
      missing: `queries called at least twice take ${formatPercent(repeated_share)} of the time, and ${formatPercent(repeatedShareMin)} is asked for`,
    },
    distance === null
      ? { share: 0, missing: "a later observation to compare the mix of queries with" }
      : {
          share: distance <= distanceMax ? 1 : distanceMax / distance,
          missing: `a steady mix of queries: ${formatPercent(distance)} of the time moved to other queries between two observations, and ${formatPercent(distanceMax)} is allowed`,
        },
  ];
  const missing = parts.filter(({ share }) => share < 1).map((part) => part.missing);
  const share = sum(parts.map((part) => part.share)) / parts.length;
  // Never all while something is missing.
  return { is_enough: missing.length === 0, share: Math.floor(share * 100) / 100, missing };
}

const ratio = (has: number, needs: number) => (has >= needs ? 1 : has / needs);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
