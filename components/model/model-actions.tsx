"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { toastError } from "@/components/common/action-handlers";
import { ActionDialog } from "@/components/suggestion/action-dialog";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import type { Model } from "@/server/contracts";

/** Promote a candidate, or go back from the active model; administrators only. */
export function ModelActions({ model, canPromote }: { model: Model; canPromote: boolean }) {
  const [isAsking, setIsAsking] = useState(false);
  const { promote, rollBack } = useModelActions();
  if (model.state === "retired") return null;
  if (!canPromote) {
    return (
      <p className="text-sm text-muted-foreground">
        Only administrators can promote or roll back models.
      </p>
    );
  }
  const isCandidate = model.state === "candidate";
  const isWorse = model.regressions.length > 0;
  const label = isCandidate ? "Promote" : "Roll back";
  return (
    <div>
      <Button variant={isCandidate ? "default" : "outline"} onClick={() => setIsAsking(true)}>
        {label}
      </Button>
      <ActionDialog
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        title={`${label} ${model.name}?`}
        description={isCandidate ? describePromotion(model) : ROLL_BACK}
        confirmLabel={`${label} now`}
        reason={isCandidate && isWorse ? "required" : "none"}
        reasonHint="Stored in the audit log: why it is promoted despite regressions."
        onConfirm={(reason) =>
          isCandidate
            ? promote.mutate({ model_id: model.model_id, ...(isWorse && { force_reason: reason }) })
            : rollBack.mutate()
        }
      />
    </div>
  );
}

const ROLL_BACK = "The model it replaced becomes active again.";

function describePromotion({ regressions: worse }: Model): string {
  const answers = "It becomes active at once; you can roll back to the current model.";
  return worse.length === 0 ? answers : `It has regressions in ${worse.join(", ")}. ${answers}`;
}

function useModelActions() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const onSuccess = () => queryClient.invalidateQueries(trpc.model.pathFilter());
  return {
    promote: useMutation(trpc.model.promote.mutationOptions({ onError: toastError, onSuccess })),
    rollBack: useMutation(trpc.model.rollBack.mutationOptions({ onError: toastError, onSuccess })),
  };
}
