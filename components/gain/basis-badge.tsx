import { FlaskConicalIcon, RulerIcon } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import type { Basis } from "@/server/contracts";

export function BasisBadge({ basis }: { basis: Basis }) {
  return basis === "measured" ? (
    <Badge tone="positive" title="Measured by replaying the workload on a shadow copy">
      <FlaskConicalIcon aria-hidden /> measured
    </Badge>
  ) : (
    <Badge tone="warning" title="Estimated by rules; no data was reachable">
      <RulerIcon aria-hidden /> estimate
    </Badge>
  );
}
