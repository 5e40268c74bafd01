"use client";
import { SigmaIcon } from "lucide-react";
import { useState } from "react";
import { Alert } from "@/components/ui/alert";
import type { Evidence, MeasuredEvidence } from "@/server/contracts";
import { countOutcomes, describeCounts } from "@/server/decision-card";
import { formatInterval, formatPercent, formatPlural, formatSignedPercent } from "@/server/format";
import { EvidenceFacts, EvidenceMethod } from "./evidence-facts";
import { LatencyChart } from "./latency-chart";
import { QueryEvidenceTable } from "./query-evidence-table";
import { QueryPlans } from "./query-plans";

interface EvidencePanelProps {
  evidence: Evidence | null;
  label: string;
  /** Chart and queries behind a click: for a change that is one of several. */
  isFolded?: boolean;
}

/** What is known about one change (or the set), and how. */
export function EvidencePanel({ evidence, label, isFolded = false }: EvidencePanelProps) {
  if (evidence === null) return <p className="text-sm text-muted-foreground">Nothing measured.</p>;
  if (evidence.basis === "measured")
    return <Measured evidence={evidence} label={label} isFolded={isFolded} />;
  return (
    <Alert tone="warning" title="An estimate, not a measurement">
      <p>
        {evidence.method} Expected: {formatPercent(evidence.gain)} less time,{" "}
        {formatSignedPercent(evidence.storage_overhead)} storage.
      </p>
    </Alert>
  );
}

function Measured(props: { evidence: MeasuredEvidence; label: string; isFolded: boolean }) {
  const { evidence, label, isFolded } = props;
  if (!isFolded) {
    return (
      <div className="grid min-w-0 grid-cols-1 gap-5">
        <EvidenceFacts evidence={evidence} />
        <ExtrapolationNote evidence={evidence} />
        <Measurements evidence={evidence} label={label} />
      </div>
    );
  }
  return (
    <div className="grid min-w-0 grid-cols-1 gap-4">
      <EvidenceFacts evidence={evidence} />
      <ExtrapolationNote evidence={evidence} />
      <Folded
        title={`Latencies and ${formatPlural(evidence.queries.length, "query", "queries")}`}
        evidence={evidence}
        label={label}
      />
    </div>
  );
}

/** Drawn when opened: of several changes each has as many rows as the workload has queries. */
function Folded(props: { title: string; evidence: MeasuredEvidence; label: string }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary className="w-fit text-sm font-medium text-primary">{props.title}</summary>
      {isOpen ? (
        <div className="mt-4 grid min-w-0 gap-5">
          <Measurements evidence={props.evidence} label={props.label} />
        </div>
      ) : null}
    </details>
  );
}

function Measurements({ evidence, label }: { evidence: MeasuredEvidence; label: string }) {
  const queries = [...evidence.queries].sort(
    (a, b) =>
      Number(b.is_targeted) - Number(a.is_targeted) ||
      b.calls * b.baseline.median_ms - a.calls * a.baseline.median_ms,
  );
  const shown = queries[0];
  return (
    <>
      <p className="text-sm font-medium">{describeCounts(countOutcomes(queries))}</p>
      {shown === undefined ? null : <LatencyChart query={shown} />}
      <QueryEvidenceTable queries={queries} label={`Queries measured: ${label}`} />
      <QueryPlans queries={queries} />
      <EvidenceMethod evidence={evidence} />
    </>
  );
}

/** What the sample says of the whole tables: worked out by a model, and never shown as measured. */
function ExtrapolationNote({ evidence }: { evidence: MeasuredEvidence }) {
  const { extrapolation, sample } = evidence;
  if (extrapolation == null) return null;
  const sampled = sample.filter((part) => part.method !== "all");
  const full = sampled
    .map((part) => `${formatPlural(part.rows_total, "row")} of ${part.table}`)
    .join(" and ");
  const sizes = extrapolation.fitted_at.map(formatPercent).join(", ");
  return (
    <Alert
      tone="warning"
      icon={<SigmaIcon className="size-4" />}
      title="Extrapolated to full size, not measured"
    >
      <p>
        On {full === "" ? "all rows" : `the full ${full}`}: {formatInterval(extrapolation.gain)} of
        the workload's time saved. Model: {extrapolation.model}
        {sizes === "" ? "" : ` Fitted at ${sizes} of the sample.`}
      </p>
    </Alert>
  );
}
