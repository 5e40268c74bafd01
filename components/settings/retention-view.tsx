"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useActionHandlers } from "@/components/common/action-handlers";
import { PageTitle } from "@/components/common/blocks";
import { RelativeTime } from "@/components/common/clock";
import { QueryError } from "@/components/common/query-states";
import { RowsSkeleton } from "@/components/inbox/suggestion-row";
import { ActionDialog } from "@/components/suggestion/action-dialog";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { TextField } from "@/components/ui/field";
import type { RetentionPeriod, RetentionSubject } from "@/server/contracts";
import { formatPlural } from "@/server/format";

const SUBJECTS: Record<RetentionSubject, { title: string; about: string }> = {
  messages: {
    title: "Messages between agents",
    about: "Delivered, handled and discarded ones. Dead letters stay until somebody decides.",
  },
  refusals: { title: "Refused messages", about: "Counts by hour, reason and claimed sender." },
  jobs: {
    title: "Finished jobs",
    about: "Jobs that were given up stay until somebody retries or discards them.",
  },
  sessions: {
    title: "Sessions",
    about: "Where people signed in from; a known network is not slowed by others' failures.",
  },
  notifications: { title: "Notifications", about: "With what became of their deliveries." },
};

/** How long what is deleted by age is kept. */
export function RetentionView() {
  const trpc = useTRPC();
  const query = useQuery(trpc.retention.list.queryOptions());
  return (
    <>
      <PageTitle
        title="Retention"
        lead="Older rows are deleted every hour. Suggestions, their evidence and the audit log are always kept."
      />
      {query.isPending ? <RowsSkeleton /> : null}
      {query.isError && query.data === undefined ? <QueryError error={query.error} /> : null}
      {query.data === undefined ? null : (
        <Card>
          <ul className="divide-y">
            {query.data.map((period) => (
              <PeriodRow key={`${period.subject}:${period.days}`} period={period} />
            ))}
          </ul>
        </Card>
      )}
    </>
  );
}

function PeriodRow({ period }: { period: RetentionPeriod }) {
  const trpc = useTRPC();
  const handlersOf = useActionHandlers(trpc.retention.pathKey());
  const save = useMutation(trpc.retention.set.mutationOptions(handlersOf("Saved.")));
  const [days, setDays] = useState(String(period.days));
  const [isAsking, setIsAsking] = useState(false);
  const { title, about } = SUBJECTS[period.subject];
  const chosen = Number(days);
  const store = () =>
    save.mutate({ subject: period.subject, days: chosen, expected_days: period.days });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (chosen < period.days) setIsAsking(true);
    else store();
  }
  return (
    <li className="px-4 py-3 text-sm sm:px-5">
      <form onSubmit={submit} className="flex flex-wrap items-end gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-64">
          <p className="font-medium">{title}</p>
          <p className="text-xs text-muted-foreground">{about}</p>
          <p className="mt-1 text-xs text-muted-foreground">
            Default: {formatPlural(period.days_default, "day")}.{" "}
            {period.updated_at === null ? null : (
              <>
                Set by {period.updated_by} <RelativeTime iso={period.updated_at} />.
              </>
            )}
          </p>
        </div>
        <TextField
          label="Days"
          aria-label={`Days that ${title.toLowerCase()} are kept`}
          type="number"
          min={1}
          max={3650}
          required
          className="w-24"
          value={days}
          onChange={(event) => setDays(event.target.value)}
        />
        <Button type="submit" variant="outline" disabled={chosen === period.days || save.isPending}>
          Save
        </Button>
      </form>
      <ActionDialog
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        title={`Keep ${title.toLowerCase()} for ${formatPlural(chosen, "day")} only?`}
        description="The next hourly pruning deletes what is older. That cannot be undone."
        confirmLabel="Keep for less"
        isDestructive
        reason="none"
        onConfirm={store}
      />
    </li>
  );
}
