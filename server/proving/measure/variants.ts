import path from "node:path";
import { kindOf } from "@/server/advisor";
import type { Candidate, Change, Plan } from "@/server/contracts";
import type { MeasuringRoom } from "./room";
import { buildCandidate, removeStaleWork } from "./shadow";

/** A shadow database with changes applied. */
export interface ShadowVariant {
  file: string;
  changes: Change[];
  buildMs: number;
  bytes: number;
  /** Fingerprints of the queries that the changes are meant for. */
  targeted: ReadonlySet<string>;
}

type BuiltFile = Pick<ShadowVariant, "file" | "buildMs" | "bytes">;

/** Builds variants, and keeps the files of those that the search may still need. */
export interface Variants {
  /**
   * The shadow with these changes. The composed plan of several is run on empty tables first: what
   * will be executed must be able to run. Where only changes are added that can follow any others,
   * their own plans follow on a file that is built already, which gives the same in a fraction of the
   * time; any other combination is built by the composed plan itself.
   * Throws AppError `not_executable` when the changes exclude each other, `timeout` past `untilMs`
   * (since the proof began), DuckDbError when DuckDB refuses.
   */
  ensure(candidates: readonly Candidate[], untilMs: number): Promise<ShadowVariant>;
  /** Removes every file that is not of one of these sets. */
  keepOnly(sets: readonly (readonly { id: string }[])[]): Promise<void>;
}

const keyOf = (ids: readonly string[]): string => [...ids].sort().join("\n");
const idsOf = (candidates: readonly Candidate[]) => candidates.map((one) => one.candidate_id);

const appliesAfterOthers = ({ change }: Candidate): boolean => kindOf(change).appliesAfterOthers;

export function createVariants(room: MeasuringRoom): Variants {
  const built = new Map<string, BuiltFile & { ids: readonly string[] }>();
  const unchanged: BuiltFile = { file: room.baselineFile, buildMs: 0, bytes: room.baselineBytes };
  let count = 0;

  async function build(candidates: readonly Candidate[], untilMs: number): Promise<BuiltFile> {
    const { input, threads } = room;
    const timeoutMs = Math.max(1, untilMs - room.timer.elapsedMs());
    const common = { threads, signal: input.signal, timeoutMs };
    const composed = await composedPlan(room, candidates, common);
    const { from, plan } = shortestWay(candidates) ?? { from: unchanged, plan: composed };
    // Only texts change: they run on what is built already.
    if (plan.statements.length === 0) return from;
    const file = path.join(input.workDir, `variant-${count++}.duckdb`);
    try {
      const fresh = await buildCandidate({ ...common, file, baselineFile: from.file, plan });
      return { ...fresh, buildMs: from.buildMs + fresh.buildMs, file };
    } catch (error) {
      await remove(file);
      throw error;
    }
  }

  /** From the largest file that lacks only what can follow it; null where there is none. */
  function shortestWay(candidates: readonly Candidate[]): { from: BuiltFile; plan: Plan } | null {
    const ids = idsOf(candidates);
    const starts = [{ ...unchanged, ids: [] as readonly string[] }, ...built.values()]
      .filter((one) => one.ids.every((id) => ids.includes(id)))
      .sort((a, b) => b.ids.length - a.ids.length);
    for (const from of starts) {
      const added = candidates.filter((one) => !from.ids.includes(one.candidate_id));
      if (added.every(appliesAfterOthers)) return { from, plan: joinPlans(added) };
    }
    return null;
  }

  return {
    async ensure(candidates, untilMs) {
      const key = keyOf(idsOf(candidates));
      const known = candidates.length === 0 ? unchanged : built.get(key);
      const file = known ?? (await build(candidates, untilMs));
      if (candidates.length > 0) built.set(key, { ...file, ids: idsOf(candidates) });
      return {
        ...file,
        changes: candidates.map(({ change }) => change),
        targeted: new Set(candidates.flatMap((one) => one.targeted_fingerprints)),
      };
    },
    async keepOnly(sets) {
      const kept = new Set(sets.map((members) => keyOf(members.map(({ id }) => id))));
      const dropped = [...built].filter(([key]) => !kept.has(key));
      for (const [key] of dropped) built.delete(key);
      const used = new Set([room.baselineFile, ...[...built.values()].map(({ file }) => file)]);
      for (const [, { file }] of dropped) if (!used.has(file)) await remove(file);
    },
  };
}

/** The plan that would be executed, run on empty tables where it is of several changes. */
async function composedPlan(
  room: MeasuringRoom,
  candidates: readonly Candidate[],
  common: { threads: number; signal: AbortSignal; timeoutMs: number },
): Promise<Plan> {
  const [only, ...others] = candidates;
  if (only !== undefined && others.length === 0) return only.plan;
  const plan = room.input.compile(candidates.map(({ change }) => change));
  const file = path.join(room.input.workDir, "empty-run.duckdb");
  await buildCandidate({ ...common, file, baselineFile: room.emptyFile, plan });
  return plan;
}

function joinPlans(candidates: readonly Candidate[]): Plan {
  const plans = candidates.map(({ plan }) => plan);
  return {
    statements: plans.flatMap((plan) => plan.statements),
    revert_statements: [],
    cleanup_statements: plans.flatMap((plan) => plan.cleanup_statements),
    is_reversible: false,
  };
}

async function remove(file: string): Promise<void> {
  for (const name of [file, `${file}.wal`]) await removeStaleWork(name);
}
