import { Badge } from "@/components/ui/badge";
import type { Risk } from "@/server/contracts";
import { RISK_TONES } from "./tones";

/** What could go wrong, who would notice, and the way back. */
export function RiskPanel({ risk }: { risk: Risk }) {
  const rows = [
    { label: "Locks", text: risk.locks },
    { label: "Write cost", text: risk.write_cost },
    { label: "Rollback", text: risk.reversibility },
    { label: "Blast radius", text: risk.blast_radius },
    {
      label: "Affected",
      text:
        risk.affected_consumers.length === 0
          ? "No known consumer"
          : risk.affected_consumers.join(", "),
    },
  ];
  return (
    <div className="grid gap-3">
      <Badge tone={RISK_TONES[risk.level]}>{risk.level} risk</Badge>
      <dl className="grid gap-x-4 gap-y-2 text-sm sm:grid-cols-[7rem_1fr]">
        {rows.map((row) => (
          <div key={row.label} className="contents">
            <dt className="text-muted-foreground">{row.label}</dt>
            <dd className="break-words">{row.text}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
