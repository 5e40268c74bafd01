import { FlaskConicalIcon, RulerIcon } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import type { Basis } from "@/server/contracts";

export function BasisBadge({ basis }: { basis: Basis }) {
  return basis === "measured" ? (
    <Badge tone="positive" title="Replayed on a shadow copy of the data">
      <FlaskConicalIcon aria-hidden /> measured
    </Badge>
  ) : (
    <Badge tone="warning" title="From rules alone; no data was reachable">
      <RulerIcon aria-hidden /> estimate
    </Badge>
  );
}
