import { deriveSeed } from "@/server/statistics";
import { gainAsked } from "../judge";
import { measurePairs, type PairedSamples, type ReplayedPair } from "../replay";
import type { Session } from "../shadow";
import { type Left, timeLeft } from "./left-time";
import type { MeasureOptions } from "./measure-options";
import type { Proof } from "./open-proof";

export const PAIRS_MIN = 5;
const PAIRS_MAX = 40;
/** Part of the whole time for a second look at what is doubtful in one measurement. */
const CONFIRM_SHARE = 0.03;

/** Replays the affected queries in pairs until they are decided, or the time for it ends. */
export async function takePairs(
  proof: Proof,
  sides: { reference: Session; session: Session; affected: ReplayedPair[]; left: Left },
  options: MeasureOptions,
): Promise<PairedSamples[]> {
  const { clock, input, progress } = proof;
  const [from, to] = options.span;
  const replays = sides.affected.map((one) => one.replay);
  const { left } = sides;
  const totalMs = timeLeft(proof.replays, left);
  let done = 0;
  let extraUntilMs: number | undefined;
  return measurePairs({
    baseline: sides.reference,
    candidate: sides.session,
    replays: sides.affected,
    ruleFor: (replay) => ({
      pairsMin: PAIRS_MIN,
      pairsMax: PAIRS_MAX,
      gainMin: gainAsked(timeLeft([replay], left) / totalMs, options.gainMin),
      lossMin: options.lossMin,
      seed: deriveSeed(input.seed, options.title),
    }),
    confirmMs: CONFIRM_SHARE * clock.endMs,
    // First asked when every query has its minimum.
    isTimeUp: () => {
      extraUntilMs ??= clock.elapsedMs() + options.extraMs;
      return clock.elapsedMs() > extraUntilMs;
    },
    remainingMs: () => options.hardUntilMs - clock.elapsedMs(),
    signal: input.signal,
    onPairs: (replay, pairs) => {
      done++;
      const part = from + (to - from) * (1 - Math.exp(-done / (10 * replays.length)));
      const which = `query ${replays.indexOf(replay) + 1} of ${replays.length}`;
      const message = `Measuring ${options.title}: pair ${pairs} of ${which}`;
      progress.report(options.phase, part, message);
    },
  });
}
