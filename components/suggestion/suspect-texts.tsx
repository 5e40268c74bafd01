import { TriangleAlertIcon } from "lucide-react";
import { Alert } from "@/components/ui/alert";
import type { SuspectText } from "@/server/contracts";
import { formatPlural } from "@/server/format";

/** Names the places of a request's texts that may contain a prompt injection; never repeats them. */
export function SuspectTexts({ warnings }: { warnings: SuspectText[] }) {
  if (warnings.length === 0) return null;
  return (
    <Alert
      tone="warning"
      icon={<TriangleAlertIcon className="size-4" />}
      title={`${formatPlural(warnings.length, "text")} of this request may contain a prompt injection`}
    >
      <p>
        These texts were treated as data and changed nothing. Check them before you decide:{" "}
        {warnings.map(({ pointer }, at) => (
          <span key={pointer}>
            {at === 0 ? "" : ", "}
            <code className="break-all">{pointer}</code>
          </span>
        ))}
      </p>
    </Alert>
  );
}
