import { useCan } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { SEARCHABLE_STATES, type Suggestion } from "@/server/contracts";
import type { Actions } from "./use-decision";

const MORE_SECONDS = 120;

/** More time for what was not tested, for whoever may start a test run. */
export function ContinueButton({
  suggestion,
  actions,
}: {
  suggestion: Suggestion;
  actions: Actions;
}) {
  const canContinue = useCan("suggestion.analyze");
  const { suggestion_id, state, basis, search } = suggestion;
  const isSearchable = basis === "measured" && SEARCHABLE_STATES.includes(state);
  if (!canContinue || !isSearchable || search.is_running || search.untested_count === 0)
    return null;
  return (
    <Button
      variant="outline"
      className="mt-3 w-fit"
      disabled={actions.continue.isPending}
      onClick={() => actions.continue.mutate({ suggestion_id, seconds: MORE_SECONDS })}
    >
      Continue for 2 more minutes
    </Button>
  );
}
