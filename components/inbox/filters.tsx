"use client";
import { findValue, valuesOf } from "@/components/common/options";
import { SelectField } from "@/components/ui/field";
import { CHANGE_FACTS, type InboxView } from "@/server/contracts";
import { labelKind, RISK_LABELS, SORT_LABELS } from "./inbox-query";
import { useColleagues } from "./use-triage";

export interface FilterBarProps {
  tab: string;
  view: InboxView;
  onChange: (view: InboxView) => void;
}

/** One field for each condition. */
export function Filters({ tab, view, onChange }: FilterBarProps) {
  const colleagues = useColleagues();
  const set = (change: { [Field in keyof InboxView]?: InboxView[Field] | undefined }) => {
    const next = Object.entries({ ...view, ...change }).filter(([, value]) => value !== undefined);
    onChange(Object.fromEntries(next));
  };
  const yesNo = (value: string) => (value === "" ? undefined : value === "yes");
  const fromYesNo = (value: boolean | undefined) =>
    value === undefined ? "" : value ? "yes" : "no";
  const one = <Value,>(value: Value | undefined) => (value === undefined ? undefined : [value]);
  return (
    <div
      id="inbox-filters"
      className="grid gap-3 rounded-lg border bg-card p-3 sm:grid-cols-3 lg:grid-cols-4"
    >
      <SelectField
        label="Order"
        value={view.sort ?? ""}
        onChange={({ target: { value: sort } }) => set({ sort: findValue(SORT_LABELS, sort) })}
      >
        <option value="">{tab === "review" ? SORT_LABELS.impact : SORT_LABELS.newest}</option>
        {valuesOf(SORT_LABELS).map((sort) => (
          <option key={sort} value={sort}>
            {SORT_LABELS[sort]}
          </option>
        ))}
      </SelectField>
      <SelectField
        label="Kind of change"
        value={view.kind?.[0] ?? ""}
        onChange={({ target: { value: kind } }) =>
          set({ kind: one(findValue(CHANGE_FACTS, kind)) })
        }
      >
        <option value="">Any</option>
        {valuesOf(CHANGE_FACTS).map((kind) => (
          <option key={kind} value={kind}>
            {labelKind(kind)}
          </option>
        ))}
      </SelectField>
      <SelectField
        label="Risk"
        value={view.risk?.[0] ?? ""}
        onChange={({ target: { value: risk } }) => set({ risk: one(findValue(RISK_LABELS, risk)) })}
      >
        <option value="">Any</option>
        {valuesOf(RISK_LABELS).map((level) => (
          <option key={level} value={level}>
            {RISK_LABELS[level]}
          </option>
        ))}
      </SelectField>
      <SelectField
        label="Figures"
        value={view.basis ?? ""}
        onChange={({ target: { value: basis } }) =>
          set({ basis: basis === "" ? undefined : basis === "measured" ? "measured" : "estimate" })
        }
      >
        <option value="">Any</option>
        <option value="measured">Measured</option>
        <option value="estimate">Estimated</option>
      </SelectField>
      <SelectField
        label="Assigned to"
        value={view.assignee ?? ""}
        onChange={({ target: { value: assignee } }) =>
          set({ assignee: assignee === "" ? undefined : assignee })
        }
      >
        <option value="">Anybody</option>
        <option value="me">Me</option>
        <option value="nobody">Nobody</option>
        {colleagues.map(({ id, label }) => (
          <option key={id} value={id}>
            {label}
          </option>
        ))}
      </SelectField>
      <SelectField
        label="Unread"
        value={fromYesNo(view.is_unread)}
        onChange={({ target: { value } }) => set({ is_unread: yesNo(value) })}
      >
        <option value="">Read and unread</option>
        <option value="yes">Unread</option>
        <option value="no">Read</option>
      </SelectField>
      <SelectField
        label="Snoozed"
        value={fromYesNo(view.is_snoozed)}
        onChange={({ target: { value } }) => set({ is_snoozed: yesNo(value) })}
      >
        <option value="">{tab === "review" ? "Not snoozed" : "Snoozed or not"}</option>
        <option value="yes">Snoozed</option>
        <option value="no">Not snoozed</option>
      </SelectField>
    </div>
  );
}
