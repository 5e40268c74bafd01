"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "sonner";
import { explainError } from "@/components/common/explain-error";
import { ActionDialog } from "@/components/suggestion/action-dialog";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import type { Model } from "@/server/contracts";

/** Promote a candidate, or go back from the present model; administrators only. */
export function ModelActions({ model, canPromote }: { model: Model; canPromote: boolean }) {
  const [isAsking, setIsAsking] = useState(false);
  const { promote, rollBack } = useModelActions();
  if (model.state === "retired") return null;
  if (!canPromote) {
    return (
      <p className="text-sm text-muted-foreground">Administrators promote and roll back models.</p>
    );
  }
  const isCandidate = model.state === "candidate";
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
        description={
          isCandidate
            ? "It answers from now on; the present model can be brought back."
            : "The model it took the place of answers again."
        }
        confirmLabel={`${label} now`}
        reason="none"
        onConfirm={() =>
          isCandidate ? promote.mutate({ model_id: model.model_id }) : rollBack.mutate()
        }
      />
    </div>
  );
}

function useModelActions() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const onError = (error: unknown) => {
    const { title, message } = explainError(error);
    toast.error(title, { description: message });
  };
  const onSuccess = () => queryClient.invalidateQueries(trpc.model.pathFilter());
  return {
    promote: useMutation(trpc.model.promote.mutationOptions({ onError, onSuccess })),
    rollBack: useMutation(trpc.model.rollBack.mutationOptions({ onError, onSuccess })),
  };
}
