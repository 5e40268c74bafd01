import { TriangleAlertIcon } from "lucide-react";
import { RelativeTime } from "@/components/common/clock";
import { Alert } from "@/components/ui/alert";
import type { Directory } from "@/server/contracts";

/** How old the directory is, and whether the registry answers. */
export function DirectoryNotice({ directory }: { directory: Directory }) {
  const { registry_url, refreshed_at, is_registry_reachable, error } = directory;
  if (is_registry_reachable) {
    return (
      <p className="text-sm text-muted-foreground">
        The registry at {registry_url} answers. The directory was refreshed{" "}
        {refreshed_at === null ? "never" : <RelativeTime iso={refreshed_at} />}.
      </p>
    );
  }
  return (
    <Alert
      tone="warning"
      icon={<TriangleAlertIcon className="size-4" />}
      title="The registry does not answer"
    >
      <p className="break-words">
        Known agents can still be reached.{" "}
        {refreshed_at === null ? (
          "The directory was never fetched."
        ) : (
          <>
            This directory is of <RelativeTime iso={refreshed_at} />.
          </>
        )}
      </p>
      {error === null ? null : <p className="mt-1 text-xs break-words">{error}</p>}
    </Alert>
  );
}
