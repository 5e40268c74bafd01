"use client";
import { useQuery } from "@tanstack/react-query";
import { TriangleAlertIcon } from "lucide-react";
import Link from "next/link";
import { useCan } from "@/components/shell/session";
import { useTRPC } from "@/components/trpc/client";
import { Alert } from "@/components/ui/alert";
import { formatPlural } from "@/server/format";

/** Says to whoever may decide on them that messages are held, so that conversations wait. */
export function QuarantineNotice() {
  const canManage = useCan("message.manage");
  const trpc = useTRPC();
  const query = useQuery(trpc.messages.figures.queryOptions(undefined, { enabled: canManage }));
  const count = query.data?.quarantined ?? 0;
  if (count === 0) return null;
  return (
    <Alert
      className="mb-4"
      tone="warning"
      icon={<TriangleAlertIcon className="size-4" />}
      title={`${formatPlural(count, "message")} in quarantine`}
    >
      <p>
        They are not handled until somebody{" "}
        <Link href="/dead-letters#quarantine" className="underline underline-offset-2">
          releases or refuses
        </Link>{" "}
        them.
      </p>
    </Alert>
  );
}
