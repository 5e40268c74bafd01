import Link from "next/link";
import { CodeText, ScrollArea } from "@/components/common/blocks";
import { RelativeTime } from "@/components/common/clock";
import { Badge } from "@/components/ui/badge";
import type { AuditEvent } from "@/server/contracts";
import { describeAction, describeChanges } from "@/server/format/audit-words";

/** One state change: who, what, when, and the state before and after. */
export function AuditEntry({ event, isLinked }: { event: AuditEvent; isLinked: boolean }) {
  return (
    <li className="grid grid-cols-1 gap-1.5 px-4 py-3 text-sm sm:px-5">
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <span className="font-medium" title={event.action}>
          {describeAction(event.action)}
        </span>
        {isLinked ? <Subject event={event} /> : null}
        <Badge>{event.actor_kind}</Badge>
        <span className="break-all">{event.actor_label}</span>
        <RelativeTime iso={event.at} className="ml-auto text-xs text-muted-foreground" />
      </p>
      <Changes event={event} />
      <details>
        <summary className="w-fit text-xs font-medium text-primary">Details</summary>
        <p className="mt-2 text-xs text-muted-foreground">
          <code className="font-mono">{event.action}</code> on {event.subject_type}{" "}
          <code className="font-mono break-all">{event.subject_id}</code>
        </p>
        <div className="mt-2 grid gap-3 md:grid-cols-2">
          <State title="Before" value={event.before} />
          <State title="After" value={event.after} />
        </div>
        {event.request_id === null ? null : (
          <p className="mt-2 text-xs text-muted-foreground">Request {event.request_id}</p>
        )}
      </details>
    </li>
  );
}

/** What differs, in words; nothing where no state was recorded. */
function Changes({ event }: { event: AuditEvent }) {
  const changes = describeChanges(event.before, event.after);
  if (changes.length === 0) return null;
  return (
    <ul className="grid grid-cols-1 gap-0.5 text-xs wrap-anywhere">
      {changes.map((change) => (
        <li key={change}>
          <CodeText text={change} />
        </li>
      ))}
    </ul>
  );
}

function Subject({ event }: { event: AuditEvent }) {
  const className = "font-mono text-xs break-all";
  if (event.subject_type !== "suggestion") {
    return <span className={className}>{event.subject_id}</span>;
  }
  return (
    <Link
      href={`/suggestions/${event.subject_id}`}
      className={`${className} text-primary underline`}
    >
      {event.subject_id}
    </Link>
  );
}

function State({ title, value }: { title: string; value: unknown }) {
  const isNothing = value === null || value === undefined;
  return (
    <div className="min-w-0">
      <p className="text-xs text-muted-foreground">{title}</p>
      <ScrollArea
        label={title}
        className="mt-1 max-h-64 rounded-md border bg-muted/60 p-2 font-mono text-xs"
      >
        {isNothing ? "nothing" : JSON.stringify(value, null, 2)}
      </ScrollArea>
    </div>
  );
}
