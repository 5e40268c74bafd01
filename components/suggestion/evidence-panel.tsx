import { formatPercent, formatSignedPercent } from "@/components/format";
import { Alert } from "@/components/ui/alert";
import type { Evidence, MeasuredEvidence } from "@/server/contracts";
import { EvidenceFacts, EvidenceMethod } from "./evidence-facts";
import { LatencyChart } from "./latency-chart";
import { QueryEvidenceTable } from "./query-evidence-table";

/** What is known about one change (or the set), and how. */
export function EvidencePanel({ evidence, label }: { evidence: Evidence | null; label: string }) {
  if (evidence === null) return <p className="text-sm text-muted-foreground">Nothing measured.</p>;
  if (evidence.basis === "measured") return <Measured evidence={evidence} label={label} />;
  return (
    <Alert tone="warning" title="An estimate, not a measurement">
      <p>
        {evidence.method} Expected: {formatPercent(evidence.gain)} less time,{" "}
        {formatSignedPercent(evidence.storage_overhead)} storage.
      </p>
    </Alert>
  );
}

function Measured({ evidence, label }: { evidence: MeasuredEvidence; label: string }) {
  const queries = [...evidence.queries].sort(
    (a, b) =>
      Number(b.is_targeted) - Number(a.is_targeted) ||
      b.calls * b.baseline.median_ms - a.calls * a.baseline.median_ms,
  );
  const shown = queries[0];
  return (
    <div className="grid min-w-0 gap-5">
      <EvidenceFacts evidence={evidence} />
      {shown === undefined ? null : <LatencyChart query={shown} />}
      <QueryEvidenceTable queries={queries} label={`Queries measured: ${label}`} />
      <EvidenceMethod evidence={evidence} />
    </div>
  );
}
