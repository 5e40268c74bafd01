import type { MeasuredEvidence, QueryEvidence } from "@/server/contracts";
import { measureCold, textsUnder } from "../replay";
import { rewritesUnder } from "./affected";
import { attempt } from "./attempt";
import type { Proof } from "./open-proof";
import type { Subject } from "./subject";

/** Queries that get a cold run: those that weigh most among the targeted. */
const QUERIES_MAX = 3;

/** Adds cold runs of the heaviest targeted queries to the evidence of what is suggested. */
export async function addCold(
  proof: Proof,
  subject: Subject,
  evidence: MeasuredEvidence,
): Promise<MeasuredEvidence> {
  const weight = (query: QueryEvidence) => query.calls * query.baseline.median_ms;
  const chosen = evidence.queries
    .filter((query) => query.is_targeted)
    .sort((one, other) => weight(other) - weight(one))
    .slice(0, QUERIES_MAX);
  const rewrites = rewritesUnder(subject);
  const queries: QueryEvidence[] = [];
  for (const query of evidence.queries) {
    const replay = proof.replays.find((one) => one.query.pattern.fingerprint === query.fingerprint);
    const text = replay?.texts[0];
    if (!chosen.includes(query) || replay === undefined || text === undefined || isLate(proof)) {
      queries.push(query);
      continue;
    }
    const after = { file: subject.file, text: textsUnder(replay, rewrites)[0] ?? text };
    const before = { file: proof.baselineFile, text };
    const options = { threads: proof.threads, signal: proof.input.signal };
    const tried = await attempt(proof, () => measureCold(before, after, options));
    queries.push("result" in tried ? { ...query, cold: tried.result } : query);
  }
  return { ...evidence, queries };
}

/** Cold runs are worth knowing, but not worth a proof that ends late. */
const isLate = ({ clock }: Proof): boolean => clock.elapsedMs() > clock.lookEndMs;
