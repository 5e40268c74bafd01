import { GainCell } from "@/components/gain/gain-bar";
import { Badge } from "@/components/ui/badge";
import {
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
} from "@/components/ui/table";
import type { SetTrial } from "@/server/contracts";
import { formatPercent, formatRatio, formatSignedPercent } from "@/server/format";

interface SetsTableProps {
  sets: SetTrial[];
  titleOf: (candidateId: string) => string;
  label: string;
}

/** Each set with what it gains and what it costs. */
export function SetsTable({ sets, titleOf, label }: SetsTableProps) {
  return (
    <Table label={label}>
      <TableHeader>
        <TableRow>
          <TableHead>Changes applied together</TableHead>
          <TableHead>Time saved, 95% interval</TableHead>
          <TableHead className="text-right">Storage</TableHead>
          <TableHead className="text-right">Inserts</TableHead>
          <TableHead className="text-right">Net gain</TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {sets.map((set) => (
          <SetRow key={set.candidate_ids.join()} set={set} titleOf={titleOf} />
        ))}
      </TableBody>
    </Table>
  );
}

function SetRow({ set, titleOf }: { set: SetTrial; titleOf: SetsTableProps["titleOf"] }) {
  return (
    <TableRow>
      <TableCell className="min-w-56">
        <ul>
          {set.candidate_ids.map((id) => (
            <li key={id} className="break-words">
              {titleOf(id)}
            </li>
          ))}
        </ul>
        <span className="mt-1 flex gap-2">
          {set.is_chosen ? <Badge tone="positive">chosen</Badge> : null}
          {set.is_pareto ? <Badge tone="info">Pareto-optimal</Badge> : null}
        </span>
      </TableCell>
      <GainCell gain={set.gain} />
      <TableCell className="text-right whitespace-nowrap">
        {formatSignedPercent(set.storage_overhead)}
      </TableCell>
      <TableCell className="text-right whitespace-nowrap">
        {set.insert_ratio === null ? "not measured" : formatRatio(set.insert_ratio)}
      </TableCell>
      <TableCell className="text-right whitespace-nowrap">{formatPercent(set.net_gain)}</TableCell>
    </TableRow>
  );
}
