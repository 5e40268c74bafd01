"use client";
import { PlusIcon, Trash2Icon } from "lucide-react";
import { findValue, valuesOf } from "@/components/common/options";
import { Button } from "@/components/ui/button";
import {
  CheckField,
  ChoiceField,
  FieldGroup,
  NumberField,
  SelectField,
  TextField,
} from "@/components/ui/field";
import {
  type ApproverRole,
  type MaintenanceWindow,
  type Requirement,
  WEEKDAY_LABELS,
  WEEKDAYS,
} from "@/server/contracts";
import { countOf, newWindow, withCount } from "./draft";

interface Props<Of extends Requirement> {
  value: Of;
  onChange: (value: Of) => void;
}

const ROLE_LABELS: Record<ApproverRole, string> = {
  ...{ reviewer: "Reviewers", operator: "Operators", admin: "Admins" },
};

/** What a policy demands: approvals, windows, expiry, reminders. */
export function RequirementFields<Of extends Requirement>({ value, onChange }: Props<Of>) {
  return (
    <div className="grid gap-5">
      <FieldGroup legend="Approvals">
        <div className="grid max-w-md grid-cols-3 gap-3">
          {valuesOf(ROLE_LABELS).map((role) => (
            <NumberField
              key={role}
              label={ROLE_LABELS[role]}
              max={5}
              value={countOf(value, role)}
              onChange={(count) => onChange(withCount(value, role, count ?? 0))}
            />
          ))}
        </div>
        <CheckField
          label="Whoever asked for the change must not approve it"
          isChecked={!value.requester_may_approve}
          onChange={(isForbidden) => onChange({ ...value, requester_may_approve: !isForbidden })}
        />
        <CheckField
          label="Whoever decides alone must acknowledge it"
          isChecked={value.acknowledge_alone}
          onChange={(acknowledge_alone) => onChange({ ...value, acknowledge_alone })}
        />
        <CheckField
          label="Never approve automatically"
          isChecked={!value.allows_auto_approval}
          onChange={(isForbidden) => onChange({ ...value, allows_auto_approval: !isForbidden })}
        />
      </FieldGroup>
      <WindowFields value={value} onChange={onChange} />
      <TimeFields value={value} onChange={onChange} />
    </div>
  );
}

/** Expiry, reminder and escalation, in hours; empty: none. */
function TimeFields<Of extends Requirement>({ value, onChange }: Props<Of>) {
  const { reminder } = value;
  const setReminder = (next: Requirement["reminder"]) => onChange({ ...value, reminder: next });
  return (
    <FieldGroup legend="Time limits (hours; empty: none)">
      <div className="grid gap-3 sm:grid-cols-4">
        <NumberField
          label="Expires after"
          value={value.expires_after_hours}
          onChange={(expires_after_hours) => onChange({ ...value, expires_after_hours })}
        />
        <NumberField
          label="Remind after"
          value={reminder?.remind_after_hours ?? null}
          onChange={(hours) =>
            setReminder(
              hours === null
                ? null
                : { remind_after_hours: hours, escalation: reminder?.escalation ?? null },
            )
          }
        />
        {reminder === null ? null : (
          <>
            <NumberField
              label="Escalate after"
              value={reminder.escalation?.after_hours ?? null}
              onChange={(hours) =>
                setReminder({
                  ...reminder,
                  escalation:
                    hours === null
                      ? null
                      : { after_hours: hours, to: reminder.escalation?.to ?? "admin" },
                })
              }
            />
            <SelectField
              label="Escalate to"
              value={reminder.escalation?.to ?? "admin"}
              onChange={({ target }) =>
                setReminder({
                  ...reminder,
                  escalation: reminder.escalation && {
                    ...reminder.escalation,
                    to: findValue(ROLE_LABELS, target.value) ?? "admin",
                  },
                })
              }
            >
              {valuesOf(ROLE_LABELS).map((role) => (
                <option key={role}>{role}</option>
              ))}
            </SelectField>
          </>
        )}
      </div>
    </FieldGroup>
  );
}

const DAYS = WEEKDAYS.map((day) => ({ value: day, label: WEEKDAY_LABELS[day] }));

function WindowFields<Of extends Requirement>({ value, onChange }: Props<Of>) {
  const setWindows = (windows: MaintenanceWindow[]) => onChange({ ...value, windows });
  const replace = (at: number, next: Partial<MaintenanceWindow>) =>
    setWindows(value.windows.map((each, n) => (n === at ? { ...each, ...next } : each)));
  const add = () => {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    setWindows([...value.windows, newWindow(timeZone)]);
  };
  return (
    <FieldGroup legend="Maintenance windows (none: executions begin at any time)">
      {value.windows.map((window, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: windows have no other name, and keep their order
        <div key={at} className="grid gap-3 rounded-md border p-3">
          <ChoiceField
            legend={`Window ${at + 1}: opens on`}
            options={DAYS}
            chosen={window.weekdays}
            onChange={(weekdays) => replace(at, { weekdays })}
          />
          <div className="grid items-end gap-3 sm:grid-cols-[8rem_8rem_minmax(0,1fr)_auto]">
            <TextField
              label="From"
              type="time"
              value={window.from}
              onChange={({ target }) => replace(at, { from: target.value })}
            />
            <TextField
              label="To"
              type="time"
              value={window.to}
              onChange={({ target }) => replace(at, { to: target.value })}
            />
            <TextField
              label="Time zone"
              autoComplete="off"
              value={window.time_zone}
              onChange={({ target }) => replace(at, { time_zone: target.value })}
            />
            <Button
              variant="outline"
              onClick={() => setWindows(value.windows.filter((_, n) => n !== at))}
            >
              <Trash2Icon aria-hidden /> Remove window
            </Button>
          </div>
        </div>
      ))}
      <Button variant="outline" size="sm" className="justify-self-start" onClick={add}>
        <PlusIcon aria-hidden /> Add window
      </Button>
    </FieldGroup>
  );
}
