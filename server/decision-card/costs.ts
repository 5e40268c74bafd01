import {
  type DecisionCard,
  factsOf,
  type MeasuredEvidence,
  outcomeOf,
  type SuggestionItem,
} from "@/server/contracts";
import { type MeasuredChoice, measuredOf } from "./source";

const LOCK_ORDER = ["none", "brief", "untested", "held"] as const;
type LockKind = DecisionCard["write_lock"]["kind"];

const lockOf = ({ change }: SuggestionItem): LockKind => factsOf(change).writeLock;

/**
 * All statements run in one transaction that takes its locks first: the gravest lock lasts as long as
 * all of them take.
 */
export function writeLockOf(
  items: readonly SuggestionItem[],
  choice: MeasuredChoice | null,
): DecisionCard["write_lock"] {
  const kind = LOCK_ORDER.findLast((one) => items.some((item) => lockOf(item) === one)) ?? "none";
  const locking = items.filter((item) => lockOf(item) !== "none");
  const tables = [...new Set(locking.map(({ table }) => table))];
  if (kind === "none") return { kind, tables, duration_ms: null, basis: "measured" };
  const builds = buildsOf(items, choice);
  return {
    kind,
    tables,
    duration_ms: builds === null ? null : builds.reduce((sum, { ms }) => sum + ms, 0),
    basis: builds?.every(({ isWhole }) => isWhole) ? "measured" : "estimate",
  };
}

interface Build {
  ms: number;
  /** Built over all rows, not scaled up from a sample. */
  isWhole: boolean;
}

/** Of the whole set, where it was built as one; else of each change, one after the other. */
function buildsOf(items: readonly SuggestionItem[], choice: MeasuredChoice | null): Build[] | null {
  const tables = new Set(items.map(({ table }) => table));
  if (choice?.evidence) return [buildOf(choice.evidence, tables)];
  const builds = items
    .filter(({ execution_sql }) => execution_sql !== "")
    .map((item) => {
      const evidence = measuredOf(item);
      return evidence === null ? null : buildOf(evidence, tables);
    });
  return builds.every((build) => build !== null) && builds.length > 0 ? builds : null;
}

/** As it took on the shadow copy, in proportion to the rows that the copy lacks. */
function buildOf({ build_ms, sample }: MeasuredEvidence, tables: ReadonlySet<string>): Build {
  const factors = sample
    .filter(({ table }) => tables.has(table))
    .map(({ rows, rows_total }) => Math.max(1, rows_total / Math.max(1, rows)));
  const factor = Math.max(1, ...factors);
  return { ms: build_ms * factor, isWhole: factor === 1 };
}

export function storageOf(
  items: readonly SuggestionItem[],
  choice: MeasuredChoice | null,
): DecisionCard["storage"] {
  if (choice !== null) return { share: choice.storageShare, basis: "measured" };
  const [first, ...rest] = items;
  if (first === undefined || rest.length > 0 || measuredOf(first) !== null) return null;
  return { share: first.estimated_impact.storage_added, basis: "estimate" };
}

/** By the pairs' own estimator, where they were kept; sets that were only tried kept the ratio alone. */
export function insertsOf(choice: MeasuredChoice | null): DecisionCard["inserts"] {
  const gain = choice?.evidence?.insert_cost?.gain;
  if (gain !== undefined) {
    return {
      share: -gain.value,
      interval: { low: -gain.high, high: -gain.low },
      outcome: outcomeOf(gain),
    };
  }
  if (choice === null || choice.insertRatio === null) return null;
  return { share: choice.insertRatio - 1, interval: null, outcome: "inconclusive" };
}

const RISKS = ["low", "medium", "high"] as const;

/** The gravest of the changes' risks. */
export function riskOf(items: readonly SuggestionItem[]): DecisionCard["risk"] {
  return RISKS.findLast((level) => items.some(({ risk }) => risk.level === level)) ?? "low";
}

/** Everything that runs here can be rolled back. */
export function isReversible(items: readonly SuggestionItem[]): boolean {
  return items.every((item) => item.execution_sql === "" || item.revert_sql !== null);
}
