import { UsersIcon } from "lucide-react";
import { RelativeTime } from "@/components/common/clock";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import type { Suggestion } from "@/server/contracts";

/** Said when an action lost a race: who was faster, and that the page shows what is true now. */
export function ConflictAlert(props: {
  suggestion: Suggestion;
  message: string;
  onDismiss: () => void;
}) {
  const review = props.suggestion.reviews.at(-1);
  return (
    <Alert
      role="alert"
      tone="warning"
      icon={<UsersIcon className="size-4" />}
      title="Someone else already decided this"
    >
      {review === undefined ? null : (
        <p>
          {review.reviewer} {review.verdict} it <RelativeTime iso={review.at} />. This page shows
          the current state.
        </p>
      )}
      <p className="text-muted-foreground">{props.message}</p>
      <Button variant="outline" size="sm" className="mt-2" onClick={props.onDismiss}>
        Understood
      </Button>
    </Alert>
  );
}
