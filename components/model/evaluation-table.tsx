import {
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
} from "@/components/ui/table";
import type { BaselineScores, ChoiceScores } from "@/server/contracts";
import { formatCount, formatPercent } from "@/server/format";

interface EvaluationTableProps {
  label: string;
  scores: Record<string, ChoiceScores>;
  /** Name of the model it was compared with, and that one's answers to the same questions. */
  beside?: { name: string; scores: Record<string, BaselineScores> } | undefined;
}

/** How a model did at each choice, beside the model baseline then, rules and majority class. */
export function EvaluationTable({ label, scores, beside }: EvaluationTableProps) {
  const heads = [
    ...["Accuracy", ...(beside ? [beside.name, "Only this correct", "Only baseline correct"] : [])],
    ...["Rules", "Majority class", "Calibration error", "Questions"],
  ];
  return (
    <Table label={label}>
      <TableHeader>
        <TableRow>
          <TableHead>Task</TableHead>
          {heads.map((head) => (
            <TableHead key={head} className="text-right">
              {head}
            </TableHead>
          ))}
        </TableRow>
      </TableHeader>
      <TableBody>
        {Object.entries(scores).map(([field, own]) => (
          <ChoiceRow key={field} field={field} own={own} beside={beside?.scores[field]} />
        ))}
      </TableBody>
    </Table>
  );
}

function ChoiceRow(props: {
  field: string;
  own: ChoiceScores;
  beside: BaselineScores | undefined;
}) {
  const { field, own, beside } = props;
  return (
    <TableRow>
      <TableCell>{field}</TableCell>
      <TableCell className="text-right font-medium">{formatPercent(own.accuracy)}</TableCell>
      {beside === undefined ? null : (
        <>
          <TableCell className="text-right">{formatPercent(beside.accuracy)}</TableCell>
          <TableCell className="text-right">{formatCount(beside.won)}</TableCell>
          <TableCell className="text-right">{formatCount(beside.lost)}</TableCell>
        </>
      )}
      <TableCell className="text-right">{formatPercent(own.rules)}</TableCell>
      <TableCell className="text-right">{formatPercent(own.majority)}</TableCell>
      <TableCell className="text-right">{formatPercent(own.ece)}</TableCell>
      <TableCell className="text-right">{formatCount(own.n)}</TableCell>
    </TableRow>
  );
}
