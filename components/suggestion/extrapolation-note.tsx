import { SigmaIcon } from "lucide-react";
import { Alert } from "@/components/ui/alert";
import type { MeasuredEvidence } from "@/server/contracts";
import { formatCount, formatInterval, formatPercent } from "@/server/format";

/** What the sample says of the whole tables: worked out by a model, and never shown as measured. */
export function ExtrapolationNote({ evidence }: { evidence: MeasuredEvidence }) {
  const { extrapolation, sample } = evidence;
  if (extrapolation == null) return null;
  const sampled = sample.filter((part) => part.method !== "all");
  const full = sampled
    .map((part) => `${formatCount(part.rows_total)} rows of ${part.table}`)
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
