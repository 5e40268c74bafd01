"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useActionHandlers } from "@/components/common/action-handlers";
import { RelativeTime } from "@/components/common/clock";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import {
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
} from "@/components/ui/table";
import {
  NOTIFICATION_EVENTS,
  type NotificationDelivery,
  RETRYABLE_STATES,
} from "@/server/contracts";
import { formatCount } from "@/server/format";
import { describeChannel, describeTrouble, StateBadge } from "./wording";

export function DeliveryTable(props: { deliveries: NotificationDelivery[]; canManage: boolean }) {
  return (
    <Table label="Notifications" aria-label="Notifications">
      <TableHeader>
        <TableRow>
          <TableHead>Event</TableHead>
          <TableHead>To</TableHead>
          <TableHead>State</TableHead>
          <TableHead>Attempts</TableHead>
          <TableHead>Time</TableHead>
          {props.canManage ? (
            <TableHead>
              <span className="sr-only">Actions</span>
            </TableHead>
          ) : null}
        </TableRow>
      </TableHeader>
      <TableBody>
        {props.deliveries.map((delivery) => (
          <DeliveryRow key={delivery.delivery_id} delivery={delivery} canManage={props.canManage} />
        ))}
      </TableBody>
    </Table>
  );
}

function DeliveryRow(props: { delivery: NotificationDelivery; canManage: boolean }) {
  const { delivery, canManage } = props;
  const trouble = describeTrouble(delivery);
  return (
    <TableRow>
      <TableCell className="min-w-44">
        <p className="font-medium">{NOTIFICATION_EVENTS[delivery.event].label}</p>
        <SubjectLink delivery={delivery} />
      </TableCell>
      <TableCell className="min-w-40">
        <span className="break-all">{delivery.recipient}</span>
        <p className="text-xs text-muted-foreground">{describeChannel(delivery.channel)}</p>
      </TableCell>
      <TableCell className="min-w-40">
        <StateBadge state={delivery.state} />
        {trouble === null ? null : (
          <p className="mt-1 text-xs break-words text-muted-foreground">{trouble}</p>
        )}
      </TableCell>
      <TableCell>{formatCount(delivery.attempts)}</TableCell>
      <TableCell className="whitespace-nowrap">
        <RelativeTime iso={delivery.finished_at ?? delivery.created_at} />
      </TableCell>
      {canManage ? (
        <TableCell>
          <RetryButton delivery={delivery} />
        </TableCell>
      ) : null}
    </TableRow>
  );
}

function SubjectLink({ delivery: { subject, suggestion_id } }: { delivery: NotificationDelivery }) {
  if (suggestion_id === null) {
    return subject.type === "user" ? null : (
      <p className="text-xs break-all text-muted-foreground">
        {subject.type} {subject.id}
      </p>
    );
  }
  return (
    <Link
      href={`/suggestions/${suggestion_id}`}
      className="text-xs break-all underline underline-offset-2"
    >
      {suggestion_id}
    </Link>
  );
}

function RetryButton({ delivery }: { delivery: NotificationDelivery }) {
  const trpc = useTRPC();
  const { data: channels } = useQuery(trpc.notifications.channels.queryOptions());
  const handlers = useActionHandlers(trpc.notifications.pathKey());
  const retry = useMutation(trpc.notifications.retry.mutationOptions(handlers("Queued again")));
  const { delivery_id, event, recipient, state } = delivery;
  const isHeld = state === "held" && channels?.email.is_configured !== true;
  if (isHeld || !RETRYABLE_STATES.includes(state)) return null;
  return (
    <Button
      variant="outline"
      size="sm"
      disabled={retry.isPending}
      aria-label={`Send again: ${NOTIFICATION_EVENTS[event].label} to ${recipient}`}
      onClick={() => retry.mutate({ delivery_id })}
    >
      Send again
    </Button>
  );
}
