import { Button } from "@/components/ui/button";
import type { ConversationDetail, ConversationStep, Lane } from "@/server/contracts";
import { formatInstant } from "@/server/format";
import { formatElapsed } from "./elapsed";

interface StepListProps {
  steps: ConversationDetail["steps"];
  onOpenMessage: (recordId: string) => void;
}

/** The diagram's steps as text, in the same order: for screen readers, the keyboard and phones. */
export function StepList({ steps, onOpenMessage }: StepListProps) {
  const [first] = steps;
  if (first === undefined) return <p className="text-sm text-muted-foreground">No step yet.</p>;
  const beganMs = Date.parse(first.at);
  return (
    <ol className="grid gap-0 divide-y text-sm" aria-label="Steps">
      {steps.map((step) => (
        <Step key={step.id} step={step} beganMs={beganMs} onOpenMessage={onOpenMessage} />
      ))}
    </ol>
  );
}

function Step(props: {
  step: ConversationStep;
  beganMs: number;
  onOpenMessage: (recordId: string) => void;
}) {
  const { step, beganMs, onOpenMessage } = props;
  const recordId = step.record_id;
  return (
    <li className="grid gap-x-4 gap-y-1 py-2.5 sm:grid-cols-[5rem_minmax(0,1fr)_auto]">
      <time
        dateTime={step.at}
        title={formatInstant(step.at)}
        className="text-xs text-muted-foreground sm:pt-0.5"
      >
        {formatElapsed(Date.parse(step.at) - beganMs)}
      </time>
      <div className="min-w-0 break-words">
        <span className="font-medium">{step.label}</span>{" "}
        <span className="text-muted-foreground">{describeWay(step)}</span>
        {step.detail === "" ? null : (
          <p className="mt-0.5 text-xs text-muted-foreground">{step.detail}</p>
        )}
      </div>
      {recordId === null ? null : (
        <Button
          variant="outline"
          size="sm"
          className="w-fit"
          onClick={() => onOpenMessage(recordId)}
          aria-label={`Open message: ${step.label}, ${describeWay(step)}`}
        >
          Open message
        </Button>
      )}
    </li>
  );
}

const sameLane = (a: Lane, b: Lane) => a.kind === b.kind && a.id === b.id;

/** `agent-a to agent-b`; a call of oneself names the one lane. */
function describeWay({ from, to }: ConversationStep): string {
  return sameLane(from, to) ? `by ${from.id}` : `${from.id} to ${to.id}`;
}
