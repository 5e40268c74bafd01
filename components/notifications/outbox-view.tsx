"use client";
import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { useActionHandlers } from "@/components/common/action-handlers";
import { Empty, PageTitle } from "@/components/common/blocks";
import { LoadMore, QueryError } from "@/components/common/query-states";
import { RowsSkeleton } from "@/components/inbox/suggestion-row";
import { useCan } from "@/components/shell/session";
import { useTRPC } from "@/components/trpc/client";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { SelectField } from "@/components/ui/field";
import type { NotificationState } from "@/server/contracts";
import { DeliveryTable } from "./delivery-table";
import { WebhooksPanel } from "./webhooks-panel";
import { ALL_DELIVERIES, STATE_LABELS } from "./wording";

/** What was sent, is to be sent or is kept: one's own, or everybody's for administrators. */
export function OutboxView() {
  const canManage = useCan("notification.manage");
  const whose = canManage ? "Everything that people and channels are told" : "What you are told";
  return (
    <>
      <PageTitle
        title="Notifications"
        lead={
          <>
            {whose}, and what became of it.{" "}
            <Link href="/preferences" className="underline underline-offset-2">
              Your preferences
            </Link>
          </>
        }
      >
        {canManage ? <TestButton /> : null}
      </PageTitle>
      <div className="grid gap-6">
        <ChannelStatus />
        <DeliveryList canManage={canManage} />
        {canManage ? <WebhooksPanel /> : null}
      </div>
    </>
  );
}

function TestButton() {
  const trpc = useTRPC();
  const handlers = useActionHandlers(trpc.notifications.pathKey());
  const test = useMutation(trpc.notifications.test.mutationOptions(handlers("Test queued")));
  return (
    <Button variant="outline" disabled={test.isPending} onClick={() => test.mutate()}>
      Send a test
    </Button>
  );
}

function ChannelStatus() {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.notifications.channels.queryOptions());
  if (data === undefined) return null;
  const { email, slack } = data;
  return (
    <dl className="flex flex-wrap gap-x-6 gap-y-2 text-sm">
      <div className="flex flex-wrap items-center gap-2">
        <dt className="text-muted-foreground">Email</dt>
        <dd className="flex flex-wrap items-center gap-2">
          <Configured isConfigured={email.is_configured} />
          {email.is_configured ? null : (
            <span className="text-muted-foreground">Emails are kept here until it is.</span>
          )}
        </dd>
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <dt className="text-muted-foreground">Slack</dt>
        <dd className="flex flex-wrap items-center gap-2">
          <Configured isConfigured={slack.is_configured} />
          {slack.channel === null ? null : <span>{slack.channel}</span>}
        </dd>
      </div>
    </dl>
  );
}

function Configured({ isConfigured }: { isConfigured: boolean }) {
  return (
    <Badge tone={isConfigured ? "positive" : "neutral"}>
      {isConfigured ? "Configured" : "Not configured"}
    </Badge>
  );
}

function DeliveryList({ canManage }: { canManage: boolean }) {
  const trpc = useTRPC();
  const [state, setState] = useState<NotificationState | "all">("all");
  const input = state === "all" ? ALL_DELIVERIES : { ...ALL_DELIVERIES, state: [state] };
  const query = useInfiniteQuery(
    trpc.notifications.list.infiniteQueryOptions(input, {
      getNextPageParam: (page) => page.next_cursor ?? undefined,
    }),
  );
  const deliveries = query.data?.pages.flatMap(({ items }) => items);
  return (
    <section aria-label="Deliveries" className="grid min-w-0 gap-4">
      <SelectField
        label="State"
        className="w-48"
        value={state}
        onChange={(event) => setState(event.target.value as typeof state)}
      >
        <option value="all">All</option>
        {STATE_LABELS.map((each) => (
          <option key={each.state} value={each.state}>
            {each.label}
          </option>
        ))}
      </SelectField>
      {query.isPending ? <RowsSkeleton /> : null}
      {query.isError ? (
        <QueryError error={query.error} onRetry={() => void query.refetch()} />
      ) : null}
      {deliveries?.length === 0 ? (
        <Empty title="No notifications">
          {state === "all" ? "Nothing has happened yet that is told." : "None is in this state."}
        </Empty>
      ) : null}
      {deliveries === undefined || deliveries.length === 0 ? null : (
        <Card className="min-w-0 px-4 py-1 sm:px-5">
          <DeliveryTable deliveries={deliveries} canManage={canManage} />
        </Card>
      )}
      <LoadMore query={query} />
    </section>
  );
}
