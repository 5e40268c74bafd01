import { TriangleAlertIcon } from "lucide-react";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { explainError } from "./explain-error";

/** What went wrong, in plain words, with a way to try again. */
export function QueryError({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { title, message, requestId } = explainError(error);
  return (
    <Alert
      role="alert"
      tone="negative"
      icon={<TriangleAlertIcon className="size-4" />}
      title={title}
    >
      <p className="break-words whitespace-pre-line">{message}</p>
      {requestId === null ? null : (
        <p className="mt-1 text-xs text-muted-foreground">Request {requestId}</p>
      )}
      {onRetry === undefined ? null : (
        <Button variant="outline" size="sm" className="mt-2" onClick={onRetry}>
          Try again
        </Button>
      )}
    </Alert>
  );
}
