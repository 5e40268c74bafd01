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
  type NotificationEvent,
  type NotificationMode,
  type NotificationPreferences,
} from "@/server/contracts";

const MODES: { mode: NotificationMode; label: string }[] = [
  { mode: "now", label: "At once" },
  { mode: "digest", label: "In the digest" },
  { mode: "off", label: "Never" },
];

interface Props {
  events: readonly NotificationEvent[];
  draft: NotificationPreferences;
  /** null: Slack is not configured. */
  slack: { isLinked: boolean } | null;
  onChange: (part: Partial<NotificationPreferences>) => void;
}

/** For each event that the person may get: by e-mail, and as a direct message in Slack. */
export function EventChoices({ events, draft, slack, onChange }: Props) {
  return (
    <section aria-labelledby="events" className="grid gap-3">
      <h2 id="events" className="text-base font-semibold tracking-tight">
        Events
      </h2>
      {slack === null || slack.isLinked ? null : (
        <p className="text-sm text-muted-foreground">
          Direct messages in Slack begin after you have pressed a button of the sidecar there once.
        </p>
      )}
      <Table label="Events" aria-label="Events">
        <TableHeader>
          <TableRow>
            <TableHead>Event</TableHead>
            <TableHead>Email</TableHead>
            {slack === null ? null : <TableHead>Slack message to you</TableHead>}
          </TableRow>
        </TableHeader>
        <TableBody>
          {events.map((event) => (
            <TableRow key={event}>
              <TableCell className="min-w-44">
                <p className="font-medium">{NOTIFICATION_EVENTS[event].label}</p>
                <p className="text-xs text-muted-foreground">{NOTIFICATION_EVENTS[event].when}</p>
              </TableCell>
              <TableCell>
                <EmailChoice event={event} draft={draft} onChange={onChange} />
              </TableCell>
              {slack === null ? null : (
                <TableCell>
                  <SlackChoice event={event} draft={draft} onChange={onChange} />
                </TableCell>
              )}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </section>
  );
}

type ChoiceProps = Pick<Props, "draft" | "onChange"> & { event: NotificationEvent };

function EmailChoice({ event, draft, onChange }: ChoiceProps) {
  const { label, byDefault } = NOTIFICATION_EVENTS[event];
  return (
    <select
      aria-label={`${label}: email`}
      className="h-9 rounded-md border border-input bg-card px-2 text-sm"
      value={draft.email[event] ?? byDefault}
      onChange={({ target }) =>
        onChange({ email: { ...draft.email, [event]: target.value as NotificationMode } })
      }
    >
      {MODES.map((each) => (
        <option key={each.mode} value={each.mode}>
          {each.label}
        </option>
      ))}
    </select>
  );
}

function SlackChoice({ event, draft, onChange }: ChoiceProps) {
  return (
    <input
      type="checkbox"
      className="size-4 accent-primary"
      aria-label={`${NOTIFICATION_EVENTS[event].label}: Slack message`}
      checked={draft.slack[event] === "now"}
      onChange={({ target }) =>
        onChange({ slack: { ...draft.slack, [event]: target.checked ? "now" : "off" } })
      }
    />
  );
}
