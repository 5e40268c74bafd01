import type { Candidate, ChangeKind, LeftOut, TableSchema } from "@/server/contracts";
import { formatCount } from "@/server/format";
import { brokenWrites } from "./broken-writes";
import { subjectTables } from "./candidate-parts";
import { CHANGE_KINDS } from "./change-kinds";
import { byExpectedGain } from "./expected-gain";
import type { AdviceInput, Proposals } from "./kind-spec";
import { tryPlan } from "./plan/compile-plan";
import { chooseColumns, type SubjectColumns } from "./subject-columns";

/**
 * What could speed up the workload, most promising first (see expectedGain), ties by id. The same
 * input gives the same answer. `excluded` holds what hard facts exclude, each with the reason, `columns`
 * counts the columns that queries name, and those of them that were too many to be looked at. Time linear
 * in what queries name and in the columns of the tables.
 */
export function proposeCandidates(input: AdviceInput): Proposals & { columns: LeftOut } {
  const kinds = Object.keys(CHANGE_KINDS) as ChangeKind[];
  const subjects = chooseColumns(subjectTables(input), input.queries);
  const proposals = kinds.map((kind) => guard(input, proposeKind(kind, input, subjects)));
  const excluded = proposals.flatMap((each) => each.excluded);
  const reasons = new Map(excluded.map(({ candidate, reason }) => [candidate, reason]));
  const ranked = byExpectedGain([...reasons.keys()], input.queries);
  return {
    candidates: byExpectedGain(
      proposals.flatMap((each) => each.candidates),
      input.queries,
    ),
    excluded: ranked.flatMap((candidate) => {
      const reason = reasons.get(candidate);
      return reason === undefined ? [] : [{ candidate, reason }];
    }),
    columns: subjects.counted,
  };
}

/** The candidates of one kind, whatever space they need. */
export function proposeKind(
  kind: ChangeKind,
  input: AdviceInput,
  { columnsOf }: SubjectColumns = chooseColumns(subjectTables(input), input.queries),
): Proposals {
  return CHANGE_KINDS[kind].propose({
    ...input,
    columnsOf,
    tryPlan: (change) => tryPlan(input.tables, change),
  });
}

/** Excludes what would make writes of the workload fail, or fill the disk. */
export function guard(input: AdviceInput, proposals: Proposals): Proposals {
  return guardSpace(input, guardWrites(input, proposals));
}

/** Excludes what would make writes of the workload fail. */
function guardWrites(input: AdviceInput, proposals: Proposals): Proposals {
  const guarded: Proposals = { candidates: [], excluded: [...proposals.excluded] };
  for (const candidate of proposals.candidates) {
    const reason = brokenWrites(input, candidate.change);
    if (reason === null) guarded.candidates.push(candidate);
    else guarded.excluded.push({ candidate, reason });
  }
  return guarded;
}

/** No advice that would fill more than this share of what is free. */
const FREE_SHARE_MAX = 0.9;

/** Excludes what needs more than 90% of the free disk while it is applied. */
function guardSpace({ tables, freeBytes }: AdviceInput, proposals: Proposals): Proposals {
  if (freeBytes === undefined) return proposals;
  const needed = (candidate: Candidate): number => bytesNeeded(tables, candidate);
  const isTooLarge = (candidate: Candidate): boolean =>
    needed(candidate) > FREE_SHARE_MAX * freeBytes;
  const tooLarge = proposals.candidates.filter(isTooLarge).map((candidate) => ({
    candidate,
    reason: `It needs about ${megabytes(needed(candidate))} MB of disk while it is applied, more than 90% of the ${megabytes(freeBytes)} MB that are free.`,
  }));
  return {
    candidates: proposals.candidates.filter((candidate) => !isTooLarge(candidate)),
    excluded: [...proposals.excluded, ...tooLarge],
  };
}

const megabytes = (bytes: number): string => formatCount(bytes / 1e6);

/** A rewritten table exists twice until the transaction ends. */
function bytesNeeded(tables: readonly TableSchema[], { change, ...candidate }: Candidate): number {
  const bytes = tables.find((table) => table.name === change.table)?.estimated_bytes ?? 0;
  const grown = Math.max(0, candidate.estimated_storage_overhead) * bytes;
  // A column that is only added copies nothing.
  const isCopied = candidate.plan.statements.some(
    (sql) => /^(DROP TABLE|ALTER TABLE)/.test(sql) && !/ ADD COLUMN /.test(sql),
  );
  return isCopied ? bytes + grown : grown;
}
