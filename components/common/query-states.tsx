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

interface LoadMoreProps {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
  label?: string;
}

/** The button below a list that is read page by page; nothing once the last page is shown. */
export function LoadMore({ query, label = "Show more" }: LoadMoreProps) {
  if (!query.hasNextPage) return null;
  return (
    <Button
      variant="outline"
      className="justify-self-center"
      disabled={query.isFetchingNextPage}
      onClick={() => void query.fetchNextPage()}
    >
      {label}
    </Button>
  );
}
