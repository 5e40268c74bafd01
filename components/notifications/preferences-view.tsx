"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { type FormEvent, useState } from "react";
import { useActionHandlers } from "@/components/common/action-handlers";
import { PageTitle } from "@/components/common/blocks";
import { QueryError } from "@/components/common/query-states";
import { RowsSkeleton } from "@/components/inbox/suggestion-row";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import type { NotificationPreferences, OwnPreferences } from "@/server/contracts";
import { EventChoices } from "./event-choices";
import { TimeChoices } from "./time-choices";

/** What the signed-in person is told, how and when. */
export function PreferencesView() {
  const trpc = useTRPC();
  const query = useQuery(trpc.notifications.preferences.queryOptions());
  return (
    <>
      <PageTitle
        title="Notification preferences"
        lead={
          <>
            What you are told, and when.{" "}
            <Link href="/outbox" className="underline underline-offset-2">
              What you were told
            </Link>
          </>
        }
      />
      {query.isPending ? <RowsSkeleton /> : null}
      {query.isError ? (
        <QueryError error={query.error} onRetry={() => void query.refetch()} />
      ) : null}
      {query.data === undefined ? null : <PreferencesForm own={query.data} />}
    </>
  );
}

function PreferencesForm({ own }: { own: OwnPreferences }) {
  const trpc = useTRPC();
  const { data: channels } = useQuery(trpc.notifications.channels.queryOptions());
  const [draft, setDraft] = useState<NotificationPreferences>(own.preferences);
  const handlers = useActionHandlers(trpc.notifications.preferences.pathKey());
  const save = useMutation(trpc.notifications.setPreferences.mutationOptions(handlers("Saved")));
  const change = (part: Partial<NotificationPreferences>) => setDraft({ ...draft, ...part });
  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate(draft);
  }
  const hasSlack = channels?.slack.is_configured === true;
  return (
    <form onSubmit={submit} className="grid max-w-3xl gap-6">
      <Card className="px-4 py-4 sm:px-5">
        <EventChoices
          events={own.events}
          draft={draft}
          slack={hasSlack ? { isLinked: own.slack_user_id !== null } : null}
          onChange={change}
        />
      </Card>
      <Card className="px-4 py-4 sm:px-5">
        <TimeChoices draft={draft} onChange={change} />
      </Card>
      <Button type="submit" className="justify-self-start" disabled={save.isPending}>
        Save preferences
      </Button>
    </form>
  );
}
