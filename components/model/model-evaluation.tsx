import { TriangleAlertIcon } from "lucide-react";
import { Alert } from "@/components/ui/alert";
import type { Model } from "@/server/contracts";
import { EvaluationTable } from "./evaluation-table";

/** What an evaluation found: on families never seen, and on what happened here. */
export function ModelEvaluation({ model }: { model: Model }) {
  const { tasks, baseline, live } = model.evaluation;
  const name = baseline?.name ?? "";
  return (
    <div className="grid gap-4">
      <WorseAlert model={model} />
      <EvaluationTable
        label={`Evaluation of ${model.name}`}
        scores={tasks}
        beside={baseline && { name, scores: baseline.tasks }}
      />
      {live === undefined ? null : (
        <div className="grid gap-2">
          <h3 className="text-sm font-medium">
            Outcomes of this installation, not used in training
          </h3>
          <EvaluationTable
            label={`Evaluation of ${model.name} on outcomes of this installation`}
            scores={live.tasks}
            beside={baseline && { name, scores: live.baseline }}
          />
        </div>
      )}
    </div>
  );
}

function WorseAlert({ model }: { model: Model }) {
  const { baseline } = model.evaluation;
  if (baseline === undefined || model.regressions.length === 0) return null;
  return (
    <Alert
      tone="warning"
      icon={<TriangleAlertIcon className="size-4" />}
      title={`Regressions against ${baseline.name}`}
    >
      <p>
        Significantly less accurate in {model.regressions.join(", ")}. Promoting it requires a
        reason.
      </p>
    </Alert>
  );
}
