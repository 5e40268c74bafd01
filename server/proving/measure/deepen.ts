import type { MeasuredEvidence, QueryEvidence } from "@/server/contracts";
import type { ActionResult, ChosenSet, Member } from "../search";
import { rewritesUnder } from "./affected";
import { attempt } from "./errors";
import { extrapolate } from "./extrapolate";
import { type Bench, candidatesOf } from "./perform";
import { measureCold, textsUnder } from "./replay";
import type { MeasuringRoom } from "./room";
import type { ShadowVariant } from "./variants";

/**
 * Measures more about the suggested set while time is left: gain on the whole tables where
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

/** null when it cannot be made: the measurement is valid without it. */
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

/** Queries that get a cold run: those that weigh most among the targeted. */
const QUERIES_MAX = 3;

/** Adds cold runs of the heaviest targeted queries to evidence, until `untilMs` since the proof began. */
async function addColdRuns(
  room: MeasuringRoom,
  variant: ShadowVariant,
  evidence: MeasuredEvidence,
  untilMs: number,
): Promise<MeasuredEvidence> {
  const weight = (query: QueryEvidence) => query.calls * query.baseline.median_ms;
  const chosen = evidence.queries
    .filter((query) => query.is_targeted)
    .sort((a, b) => weight(b) - weight(a))
    .slice(0, QUERIES_MAX);
  const rewrites = rewritesUnder(variant.changes);
  const queries: QueryEvidence[] = [];
  for (const query of evidence.queries) {
    const replay = room.replays.find((one) => one.query.pattern.fingerprint === query.fingerprint);
    const text = replay?.texts[0];
    const isLate = room.timer.elapsedMs() > untilMs;
    if (!chosen.includes(query) || replay === undefined || text === undefined || isLate) {
      queries.push(query);
      continue;
    }
    const after = { file: variant.file, text: textsUnder(replay, rewrites)[0] ?? text };
    const before = { file: room.baselineFile, text };
    const { signal } = room.input;
    const tried = await attempt(signal, () =>
      measureCold(before, after, { threads: room.threads, signal }),
    );
    queries.push("result" in tried ? { ...query, cold: tried.result } : query);
  }
  return { ...evidence, queries };
}
