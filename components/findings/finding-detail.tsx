import { type Fact, Facts } from "@/components/common/blocks";
import { SqlBlock } from "@/components/sql/sql-block";
import type { Finding } from "@/server/contracts";
import { formatCount, formatPercent, formatPlural } from "@/server/format";
import { describeValue } from "./describe-value";

/** A finding's numbers, how they came about, and what can be done by hand. */
export function FindingDetail({ finding }: { finding: Finding }) {
  const { evidence, remediation } = finding;
  const facts: Fact[] = Object.entries(evidence.values).map(([name, value]) =>
    describeValue(name, value),
  );
  return (
    <div className="grid min-w-0 grid-cols-1 gap-4 border-t px-4 py-4">
      <p className="text-sm break-words">{finding.detail}</p>
      {facts.length === 0 ? null : <Facts facts={facts} />}
      <p className="text-xs text-muted-foreground">{describeRows(evidence)}</p>
      <div className="grid min-w-0 grid-cols-1 gap-2">
        <h4 className="text-sm font-semibold">What can be done</h4>
        <p className="text-sm break-words">{remediation.text}</p>
        {remediation.sql === null ? null : (
          <>
            <SqlBlock sql={remediation.sql} label={`SQL for: ${finding.title}`} />
            <p className="text-xs text-muted-foreground">
              For you to run; the sidecar does not execute it.
            </p>
          </>
        )}
      </div>
    </div>
  );
}

function describeRows({ rows, rows_total: total }: Finding["evidence"]): string {
  if (rows >= total) {
    return rows === 1 ? "Counted on the only row." : `Counted on all ${formatCount(rows)} rows.`;
  }
  const share = formatPercent(rows / Math.max(1, total));
  return `Counted on a random sample of ${formatCount(rows)} of ${formatPlural(total, "row")} (${share}).`;
}
