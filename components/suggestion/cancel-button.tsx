import { useCan } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import type { Suggestion } from "@/server/contracts";
import type { Actions } from "./use-decision";

interface CancelButtonProps {
  suggestion: Suggestion;
  actions: Actions;
  label: string;
}

/** Ends a test run, or the search for better advice, for whoever may start one. */
export function CancelButton({ suggestion, actions, label }: CancelButtonProps) {
  if (!useCan("suggestion.analyze")) return null;
  const { suggestion_id } = suggestion;
  return (
    <Button
      variant="outline"
      className="mt-3 w-fit"
      disabled={actions.cancel.isPending}
      onClick={() => actions.cancel.mutate({ suggestion_id })}
    >
      {label}
    </Button>
  );
}
