import {
  type EvidenceGrade,
  type GradeReason,
  type Interval,
  isWhole,
  type MeasuredEvidence,
  outcomeOf,
} from "@/server/contracts";
import {
  formatBounds,
  formatCount,
  formatFactor,
  formatPercent,
  formatPlural,
} from "@/server/format";

/** Pairs of a query from which its median is well known, and from which it is known at all well. */
const PAIRS = { strong: 15, fair: 8 };
/** Share of a table's rows that were measured. */
const SAMPLE = { strong: 0.5, fair: 0.1 };
/** p95 ÷ median of a query without the change: how far the machine's noise reaches. */
const SPREAD = { strong: 1.25, fair: 2 };
/** Distance of the interval's lower end from the gain, as a part of the gain. */
const WIDTH = { strong: 0.25, fair: 1 };

const GRADES: readonly EvidenceGrade[] = ["strong", "fair", "weak"];

type Graded = Pick<GradeReason, "grade" | "text">;

/** The five measures of one test run, the weakest of which is its grade. */
export function gradeEvidence(
  evidence: MeasuredEvidence,
  coverageRequired: number,
): { grade: EvidenceGrade; reasons: GradeReason[] } {
  const reasons: GradeReason[] = [
    { of: "interval", ...gradeInterval(evidence) },
    { of: "pairs", ...gradePairs(evidence) },
    { of: "sample", ...gradeSample(evidence) },
    { of: "coverage", ...gradeCoverage(evidence, coverageRequired) },
    { of: "noise", ...gradeNoise(evidence) },
  ];
  const grade = GRADES.findLast((one) => reasons.some((each) => each.grade === one));
  return { grade: grade ?? "weak", reasons };
}

function gradeInterval({ workload: { gain } }: MeasuredEvidence): Graded {
  const bounds = formatBounds(gain);
  switch (outcomeOf(gain)) {
    case "inconclusive":
      return { grade: "weak", text: `The interval ${bounds} includes zero.` };
    case "regressed":
      return { grade: "weak", text: `The interval ${bounds} is below zero: a loss was measured.` };
    case "improved":
      return gradeWidth(gain, bounds);
  }
}

function gradeWidth(gain: Interval, bounds: string): Graded {
  const width = (gain.value - gain.low) / gain.value;
  const grade = width <= WIDTH.strong ? "strong" : "fair";
  const text = `The 95% interval ${bounds} excludes zero${grade === "strong" ? " by far" : ""}.`;
  return { grade, text };
}

/** The queries that the changes are meant for; all where none is. */
function judged({ queries }: MeasuredEvidence) {
  const targeted = queries.filter(({ is_targeted }) => is_targeted);
  const isAll = targeted.length === 0;
  return { queries: isAll ? queries : targeted, isAll };
}

function gradePairs(evidence: MeasuredEvidence): Graded {
  const { queries, isAll } = judged(evidence);
  const counts = queries.map(({ pairs }) => pairs);
  if (counts.length === 0) return { grade: "weak", text: "No query was replayed." };
  const least = Math.min(...counts);
  return {
    grade: atLeast(least, PAIRS),
    text: `The ${isAll ? "query" : "targeted query"} that was replayed least has ${formatPlural(least, "pair")}.`,
  };
}

function gradeSample({ sample }: MeasuredEvidence): Graded {
  const parts = sample.map((one) => ({ ...one, share: one.rows / Math.max(1, one.rows_total) }));
  const least = [...parts].sort((a, b) => a.share - b.share)[0];
  if (least === undefined || least.rows >= least.rows_total) {
    return { grade: "strong", text: "Measured on all rows." };
  }
  const rows = `${formatCount(least.rows)} of ${formatPlural(least.rows_total, "row")}`;
  const text = `Measured on ${formatPercent(least.share)} of ${least.table} (${rows}).`;
  return { grade: atLeast(least.share, SAMPLE), text };
}

function gradeCoverage({ workload }: MeasuredEvidence, required: number): Graded {
  const { coverage } = workload;
  if (coverage === undefined) {
    return { grade: "fair", text: "How much of the workload was replayed was not recorded." };
  }
  const text = `The test speaks for ${formatPercent(coverage)} of the workload's time.`;
  if (isWhole(coverage)) return { grade: "strong", text };
  return { grade: coverage >= required ? "fair" : "weak", text };
}

function gradeNoise(evidence: MeasuredEvidence): Graded {
  const spreads = judged(evidence)
    .queries.map(({ baseline }) => baseline.p95_ms / Math.max(baseline.median_ms, Number.MIN_VALUE))
    .sort((a, b) => a - b);
  const middle = spreads[Math.floor(spreads.length / 2)];
  if (middle === undefined) return { grade: "weak", text: "No query was replayed." };
  const text = `Without the changes, p95 was ${formatFactor(middle)} the median.`;
  if (middle <= SPREAD.strong) return { grade: "strong", text };
  return { grade: middle <= SPREAD.fair ? "fair" : "weak", text };
}

function atLeast(value: number, limits: { strong: number; fair: number }): EvidenceGrade {
  if (value >= limits.strong) return "strong";
  return value >= limits.fair ? "fair" : "weak";
}
