import type { MeasuredEvidence, QueryEvidence } from "@/server/contracts";
import { rewritesUnder } from "./affected";
import { attempt } from "./errors";
import { measureCold, textsUnder } from "./replay";
import type { MeasuringRoom } from "./room";
import type { ShadowVariant } from "./variants";

/** Queries that get a cold run: those that weigh most among the targeted. */
const QUERIES_MAX = 3;

/** Adds cold runs of the heaviest targeted queries to evidence, until `untilMs` since the proof began. */
export async function addColdRuns(
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
