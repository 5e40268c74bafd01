"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useActionHandlers } from "@/components/common/action-handlers";
import { RelativeTime } from "@/components/common/clock";
import { QueryError } from "@/components/common/query-states";
import { useTRPC } from "@/components/trpc/client";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { formatList } from "@/server/format";

/** Links that were handed out and not used yet; nothing where there are none. */
export function Invitations() {
  const trpc = useTRPC();
  const query = useQuery(trpc.people.invitations.queryOptions());
  const handlersOf = useActionHandlers(trpc.people.pathKey());
  const withdraw = useMutation(
    trpc.people.withdraw.mutationOptions(handlersOf("Invitation withdrawn.")),
  );
  if (query.isError && query.data === undefined) return <QueryError error={query.error} />;
  const invitations = query.data ?? [];
  if (invitations.length === 0) return null;
  return (
    <section aria-labelledby="invitations-title" className="grid gap-3">
      <h2 id="invitations-title" className="text-base font-semibold tracking-tight">
        Open invitations
      </h2>
      <Card>
        <ul className="divide-y">
          {invitations.map((invitation) => (
            <li
              key={invitation.link_id}
              className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3 text-sm sm:px-5"
            >
              <div className="min-w-0 flex-1">
                <p className="font-medium break-all">{invitation.email}</p>
                <p className="text-xs text-muted-foreground">
                  {formatList(invitation.roles)} · invited by {invitation.invited_by}{" "}
                  <RelativeTime iso={invitation.created_at} />
                </p>
              </div>
              {invitation.is_expired ? (
                <Badge tone="warning">expired</Badge>
              ) : (
                <span className="text-xs text-muted-foreground">
                  expires <RelativeTime iso={invitation.expires_at} isDeadline />
                </span>
              )}
              <Button
                variant="outline"
                size="sm"
                aria-label={`Withdraw the invitation of ${invitation.email}`}
                disabled={withdraw.isPending}
                onClick={() => withdraw.mutate({ link_id: invitation.link_id })}
              >
                Withdraw
              </Button>
            </li>
          ))}
        </ul>
      </Card>
    </section>
  );
}
