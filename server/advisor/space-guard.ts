import type { Candidate, TableSchema } from "@/server/contracts";
import { formatCount } from "./text";
import type { AdviceInput, Proposals } from "./types";

/** No advice that would fill more than this share of what is free. */
const FREE_SHARE_MAX = 0.9;

/** Leaves out what needs more than 90 % of the free disk while it is applied. */
export function guardSpace({ tables, freeBytes }: AdviceInput, proposals: Proposals): Proposals {
  if (freeBytes === undefined) return proposals;
  const needed = (candidate: Candidate): number => bytesNeeded(tables, candidate);
  const isTooLarge = (candidate: Candidate): boolean =>
    needed(candidate) > FREE_SHARE_MAX * freeBytes;
  const excluded = proposals.candidates.filter(isTooLarge).map((candidate) => ({
    candidate,
    reason: `It needs about ${megabytes(needed(candidate))} MB of disk while it is applied, more than 90 % of the ${megabytes(freeBytes)} MB that are free.`,
  }));
  return {
    candidates: proposals.candidates.filter((candidate) => !isTooLarge(candidate)),
    left_out: [...proposals.left_out, ...excluded],
  };
}

const megabytes = (bytes: number): string => formatCount(bytes / 1e6);

/** A table that is written anew stands twice until the transaction ends, and so do its values. */
function bytesNeeded(tables: readonly TableSchema[], { change, ...candidate }: Candidate): number {
  const bytes = tables.find((table) => table.name === change.table)?.estimated_bytes ?? 0;
  const grown = Math.max(0, candidate.estimated_storage_overhead) * bytes;
  const isCopied = candidate.plan.statements.some((sql) => /^(DROP TABLE|ALTER TABLE)/.test(sql));
  return isCopied ? bytes + grown : grown;
}
