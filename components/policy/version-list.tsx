"use client";
import { useQuery } from "@tanstack/react-query";
import { RelativeTime } from "@/components/common/clock";
import { useTRPC } from "@/components/trpc/client";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";

/** Earlier versions: who changed the policy, when and why. */
export function VersionList() {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.policy.versions.queryOptions());
  if (data === undefined || data.length === 0) return null;
  return (
    <Card>
      <CardHeader>
        <CardTitle>Versions</CardTitle>
      </CardHeader>
      <CardContent>
        <ol className="grid gap-2 text-sm">
          {data.map(({ version, comment, created_by, created_at }) => (
            <li key={version} className="break-words">
              <span className="font-medium">{version}</span> {comment}{" "}
              <span className="text-muted-foreground">
                {created_by}, <RelativeTime iso={created_at} />
              </span>
            </li>
          ))}
        </ol>
      </CardContent>
    </Card>
  );
}
