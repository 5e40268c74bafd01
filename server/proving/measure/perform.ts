import type { Candidate } from "@/server/contracts";
import type { ActionResult, ChosenSet, MeasuringAction, Member, StepResult } from "../search";
import { addColdRuns } from "./cold-runs";
import { type Comparison, compareVariants } from "./compare";
import { attempt } from "./errors";
import { storageOverhead } from "./evidence";
import { extrapolate } from "./extrapolate";
import type { MeasuringRoom } from "./room";
import type { ShadowVariant, Variants } from "./variants";

/** The room, and the variants that stand in it. */
export interface Bench {
  room: MeasuringRoom;
  variants: Variants;
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
const candidatesOf = (members: readonly Member[]) => members.map(({ candidate }) => candidate);

function sidesOf(action: MeasuringAction): Sides {
  switch (action.kind) {
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
  { room, variants }: Bench,
  action: MeasuringAction,
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
    onPair: onStage,
  };
  const compared = await attempt(signal, () => compareVariants(room, comparison));
  if ("why" in compared) return compared.isLate ? LATE : { kind: "failed", why: compared.why };
  const { result } = compared;
  if ("difference" in result) return { kind: "differs", why: result.difference };
  return { kind: "measured", ...result, baseOverhead: storageOverhead(room, before) };
}

const LATE: StepResult = { kind: "out_of_time" };

/**
 * What is suggested is looked at more closely while time is left: gain on the whole tables where
 * samples were measured (of the set, or the only change), and cold runs.
 */
export async function deepenEvidence(
  { room, variants }: Bench,
  set: ChosenSet,
  untilMs: number,
): Promise<Omit<Extract<ActionResult, { of: "deepen" }>, "elapsedMs">> {
  const ensure = (members: readonly Member[]) =>
    attempt(room.input.signal, () => variants.ensure(candidatesOf(members), untilMs));
  const isSet = set.members.length > 1;
  const together = isSet && set.direct !== null ? await ensure(set.members) : null;
  let ofSet = isSet ? set.direct : null;
  if (together !== null && "result" in together && ofSet !== null) {
    const extrapolation = await tryExtrapolate(room, together.result, ofSet, untilMs);
    ofSet = await addColdRuns(room, together.result, { ...ofSet, extrapolation }, untilMs);
  }
  const alone = new Map<string, Member["evidence"]>();
  for (const member of set.members.filter(({ role }) => role === "standalone")) {
    const variant = await ensure([member]);
    if ("why" in variant) continue;
    const extrapolation = isSet
      ? null
      : await tryExtrapolate(room, variant.result, member.evidence, untilMs);
    const known = { ...member.evidence, extrapolation };
    alone.set(member.id, await addColdRuns(room, variant.result, known, untilMs));
  }
  return { of: "deepen", set: ofSet, alone };
}

/** null when it cannot be made: the measurement itself stands without it. */
async function tryExtrapolate(
  room: MeasuringRoom,
  variant: ShadowVariant,
  evidence: Member["evidence"],
  untilMs: number,
) {
  const { signal } = room.input;
  const tried = await attempt(signal, () => extrapolate(room, variant, evidence, untilMs));
  return "result" in tried ? tried.result : null;
}
