import { CheckField, SelectField, TextField } from "@/components/ui/field";
import type { NotificationPreferences } from "@/server/contracts";

const NIGHT = { from: "22:00", until: "07:00" };

interface Props {
  draft: NotificationPreferences;
  onChange: (part: Partial<NotificationPreferences>) => void;
}

/** When digests come, and when nothing does. */
export function TimeChoices({ draft, onChange }: Props) {
  return (
    <section aria-labelledby="times" className="grid gap-4">
      <h2 id="times" className="text-base font-semibold tracking-tight">
        Times
      </h2>
      <div className="grid gap-4 sm:grid-cols-3">
        <SelectField
          label="Digest"
          value={draft.digest}
          onChange={({ target }) =>
            onChange({ digest: target.value as NotificationPreferences["digest"] })
          }
        >
          <option value="daily">Every day</option>
          <option value="weekly">Every Monday</option>
        </SelectField>
        <TextField
          label="At"
          type="time"
          required
          value={draft.digest_at}
          onChange={({ target }) => onChange({ digest_at: target.value })}
        />
        <TimeZone draft={draft} onChange={onChange} />
      </div>
      <QuietHours draft={draft} onChange={onChange} />
    </section>
  );
}

function TimeZone({ draft, onChange }: Props) {
  // Those of this browser; one that it does not know stays as it was chosen.
  const zones = new Set(["UTC", draft.time_zone, ...Intl.supportedValuesOf("timeZone")]);
  return (
    <SelectField
      label="Time zone"
      value={draft.time_zone}
      onChange={({ target }) => onChange({ time_zone: target.value })}
    >
      {[...zones].map((zone) => (
        <option key={zone}>{zone}</option>
      ))}
    </SelectField>
  );
}

function QuietHours({ draft, onChange }: Props) {
  const quiet = draft.quiet_hours;
  return (
    <fieldset className="grid gap-3">
      <CheckField
        label="Quiet hours: only escalations, failures and regressions are sent; the rest comes afterwards"
        isChecked={quiet !== null}
        onChange={(isChecked) => onChange({ quiet_hours: isChecked ? NIGHT : null })}
      />
      {quiet === null ? null : (
        <div className="grid grid-cols-2 gap-4 sm:grid-cols-3">
          <TextField
            label="From"
            type="time"
            required
            value={quiet.from}
            onChange={({ target }) => onChange({ quiet_hours: { ...quiet, from: target.value } })}
          />
          <TextField
            label="Until"
            type="time"
            required
            value={quiet.until}
            onChange={({ target }) => onChange({ quiet_hours: { ...quiet, until: target.value } })}
          />
        </div>
      )}
    </fieldset>
  );
}
