"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useActionHandlers } from "@/components/common/action-handlers";
import { QueryError } from "@/components/common/query-states";
import { type Secret, ShownOnce } from "@/components/settings/shown-once";
import { ActionDialog } from "@/components/suggestion/action-dialog";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ChoiceField, TextField } from "@/components/ui/field";
import {
  NOTIFICATION_EVENTS,
  type NotificationEvent,
  WEBHOOK_EVENTS,
  type Webhook,
} from "@/server/contracts";
import { formatList } from "@/server/format";

const EVENT_OPTIONS = WEBHOOK_EVENTS.map((event) => ({
  ...{ value: event, label: NOTIFICATION_EVENTS[event].label },
}));

/** Addresses that events are posted to: add and remove them. */
export function WebhooksPanel() {
  const trpc = useTRPC();
  const query = useQuery(trpc.notifications.webhooks.queryOptions());
  const [isAdding, setIsAdding] = useState(false);
  const [secret, setSecret] = useState<Secret | null>(null);
  return (
    <section aria-labelledby="webhooks" className="grid min-w-0 gap-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 id="webhooks" className="text-sm font-semibold">
          Webhooks
        </h2>
        <Button variant="outline" size="sm" onClick={() => setIsAdding(!isAdding)}>
          {isAdding ? "Cancel" : "Add webhook"}
        </Button>
      </div>
      <ShownOnce secret={secret} onClose={() => setSecret(null)} />
      {isAdding ? (
        <WebhookForm
          onCreated={(name, text) => {
            setSecret({
              title: `Secret of the webhook ${name}`,
              description: "The receiver checks with it that a call comes from here.",
              text,
            });
            setIsAdding(false);
          }}
        />
      ) : null}
      {query.isError ? <QueryError error={query.error} /> : null}
      {query.data?.length === 0 && !isAdding ? (
        <p className="text-sm text-muted-foreground">No webhook: events are posted nowhere.</p>
      ) : null}
      {query.data?.map((webhook) => (
        <WebhookRow key={webhook.webhook_id} webhook={webhook} />
      ))}
    </section>
  );
}

function WebhookRow({ webhook }: { webhook: Webhook }) {
  const trpc = useTRPC();
  const [isAsking, setIsAsking] = useState(false);
  const handlers = useActionHandlers(trpc.notifications.pathKey());
  const remove = useMutation(trpc.notifications.removeWebhook.mutationOptions(handlers("Removed")));
  const { webhook_id, name, url, events } = webhook;
  return (
    <Card className="flex flex-wrap items-start justify-between gap-3 px-4 py-3 text-sm sm:px-5">
      <div className="min-w-0 flex-1">
        <p className="font-medium break-words">{name}</p>
        <p className="break-all">{url}</p>
        <p className="text-xs text-muted-foreground">
          {formatList(events.map((event) => NOTIFICATION_EVENTS[event].label))}
        </p>
      </div>
      <Button
        variant="destructive"
        size="sm"
        aria-label={`Remove webhook ${name}`}
        onClick={() => setIsAsking(true)}
      >
        Remove
      </Button>
      <ActionDialog
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        title={`Remove webhook ${name}?`}
        description="Nothing more is posted to it, and its secret is deleted."
        confirmLabel="Remove"
        isDestructive
        reason="none"
        onConfirm={() => remove.mutate({ webhook_id })}
      />
    </Card>
  );
}

function WebhookForm({ onCreated }: { onCreated: (name: string, secret: string) => void }) {
  const trpc = useTRPC();
  const [name, setName] = useState("");
  const [url, setUrl] = useState("");
  const [events, setEvents] = useState<NotificationEvent[]>([...WEBHOOK_EVENTS]);
  const handlers = useActionHandlers(trpc.notifications.webhooks.pathKey());
  const create = useMutation(
    trpc.notifications.createWebhook.mutationOptions({
      ...handlers("Webhook added"),
      onSuccess: ({ secret }) => onCreated(name, secret),
    }),
  );
  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate({ name, url, events });
  }
  return (
    <Card className="px-4 py-4 sm:px-5">
      <form onSubmit={submit} className="grid gap-4">
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label="Name"
            value={name}
            required
            maxLength={100}
            onChange={(event) => setName(event.target.value)}
          />
          <TextField
            label="Address"
            type="url"
            value={url}
            required
            placeholder="https://"
            onChange={(event) => setUrl(event.target.value)}
          />
        </div>
        <ChoiceField
          legend="Events"
          className="grid gap-x-4 gap-y-1.5 sm:grid-cols-3"
          options={EVENT_OPTIONS}
          chosen={events}
          onChange={setEvents}
        />
        <Button
          type="submit"
          className="justify-self-start"
          disabled={create.isPending || events.length === 0}
        >
          Add webhook
        </Button>
      </form>
    </Card>
  );
}
