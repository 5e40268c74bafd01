import type { Candidate } from "@/server/contracts";
import type {
  ChosenSet,
  MeasuringAction,
  Member,
  StepResult,
  StoppingThresholds,
  TimeLimits,
} from "../search";
import { type Comparison, compareVariants, type SamplingRules } from "./compare";
import { attempt } from "./errors";
import { storageOverhead } from "./evidence";
import type { MeasuringRoom } from "./room";
import type { Variants } from "./variants";

/** The open room, the variants built in it, and when a query has been timed often enough. */
export interface Bench {
  room: MeasuringRoom;
  variants: Variants;
  rules: SamplingRules;
}

/** All changes that were asked for, together against the unchanged data. */
export interface MeasureRequest {
  kind: "measure_request";
  candidates: readonly Candidate[];
  limits: TimeLimits;
  stopping: StoppingThresholds;
}

/** What is compared for an action: candidates on both sides, and those by which they differ. */
interface Sides {
  title: string;
  before: readonly Candidate[];
  after: readonly Candidate[];
  judged: readonly Candidate[];
  base: Pick<ChosenSet, "residual" | "inserts">;
}

const UNCHANGED: Sides["base"] = { residual: new Map(), inserts: [] };
export const candidatesOf = (members: readonly Member[]) =>
  members.map(({ candidate }) => candidate);

function sidesOf(action: MeasuringAction | MeasureRequest): Sides {
  switch (action.kind) {
    case "measure_request": {
      const after = action.candidates;
      const title = after.map((one) => one.title).join(", ");
      return { title, before: [], after, judged: after, base: UNCHANGED };
    }
    case "measure_alone": {
      const after = [action.candidate];
      return { title: action.candidate.title, before: [], after, judged: after, base: UNCHANGED };
    }
    case "measure_step": {
      const judged = candidatesOf([...action.added, ...action.removed]);
      return {
        title: judged.map((one) => one.title).join(", "),
        before: candidatesOf(action.base.members),
        after: candidatesOf(action.target),
        judged,
        base: action.base,
      };
    }
    case "confirm_set": {
      const after = candidatesOf(action.set.members);
      const title = "all chosen changes together";
      return { title, before: [], after, judged: after, base: UNCHANGED };
    }
  }
}

/**
 * Builds what an action needs and measures it. A candidate's own failure (a typed error, or DuckDB's)
 * is the result; throws any other error, and the signal's reason.
 */
export async function performMeasurement(
  { room, variants, rules }: Bench,
  action: MeasuringAction | MeasureRequest,
  onStage: (message: string) => void,
): Promise<StepResult> {
  const { signal } = room.input;
  const { untilMs } = action.limits;
  const sides = sidesOf(action);
  onStage(`Applying ${sides.title} to a shadow copy`);
  const built = await attempt(signal, async () => ({
    before: await variants.ensure(sides.before, untilMs),
    after: await variants.ensure(sides.after, untilMs),
  }));
  if ("why" in built) return built.isLate ? LATE : { kind: "not_applicable", why: built.why };
  const { before, after } = built.result;
  const comparison: Comparison = {
    title: sides.title,
    before,
    after,
    judged: sides.judged.map(({ change }) => change),
    residual: sides.base.residual,
    inserts: sides.base.inserts,
    limits: action.limits,
    stopping: action.stopping,
    rules,
    onPair: onStage,
  };
  const compared = await attempt(signal, () => compareVariants(room, comparison));
  if ("why" in compared) return compared.isLate ? LATE : { kind: "failed", why: compared.why };
  const { result } = compared;
  if ("difference" in result) return { kind: "differs", why: result.difference };
  return { kind: "measured", ...result, baseOverhead: storageOverhead(room, before) };
}

const LATE: StepResult = { kind: "out_of_time" };
