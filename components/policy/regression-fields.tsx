"use client";
import { CheckField, NumberField } from "@/components/ui/field";
import type { RegressionPolicy } from "@/server/contracts";

const percent = (share: number) => Math.round(share * 1000) / 10;

/** What counts as a regression on the live workload, and what follows from it. */
export function RegressionFields(props: {
  value: RegressionPolicy;
  onChange: (value: RegressionPolicy) => void;
}) {
  const { value } = props;
  const { query } = value;
  const set = (next: Partial<RegressionPolicy>) => props.onChange({ ...value, ...next });
  const setQuery = (next: Partial<RegressionPolicy["query"]>) =>
    set({ query: { ...query, ...next } });
  return (
    <div className="grid gap-4">
      <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        <NumberField
          label="Whole workload loses at least (%)"
          hint="Weighted by calls, surely (95%)."
          step="any"
          max={100}
          value={percent(value.workload_lost_min)}
          onChange={(lost) => set({ workload_lost_min: (lost ?? 0) / 100 })}
        />
        <NumberField
          label="A query is slower by at least (%)"
          hint="Surely (99%), at the median."
          step="any"
          value={percent(query.lost_share_min)}
          onChange={(lost) => setQuery({ lost_share_min: (lost ?? 0) / 100 })}
        />
        <NumberField
          label="A query is slower by at least (ms)"
          step="any"
          value={query.lost_ms_min}
          onChange={(lost) => setQuery({ lost_ms_min: lost ?? 0 })}
        />
        <NumberField
          label="A query has at least so many calls"
          hint="Before the execution, and since."
          min={12}
          value={query.calls_min}
          onChange={(calls) => setQuery({ calls_min: calls ?? 0 })}
        />
        <NumberField
          label="A query's share of the workload at least (%)"
          hint="Of its time."
          step="any"
          max={100}
          value={percent(query.share_min)}
          onChange={(share) => setQuery({ share_min: (share ?? 0) / 100 })}
        />
        <NumberField
          label="Hours before a change that was rolled back is suggested again"
          value={value.wait_after_rollback_hours}
          onChange={(hours) => set({ wait_after_rollback_hours: hours ?? 0 })}
        />
      </div>
      <CheckField
        label="One such query is a regression, even if the whole workload gained"
        isChecked={query.overrides_workload}
        onChange={(overrides_workload) => setQuery({ overrides_workload })}
      />
      <CheckField
        label="Roll regressions back automatically"
        isChecked={value.roll_back_after_minutes !== null}
        onChange={(isOn) => set({ roll_back_after_minutes: isOn ? 0 : null })}
      />
      {value.roll_back_after_minutes === null ? null : (
        <div className="max-w-md">
          <NumberField
            label="Minutes until it is rolled back"
            hint="Time in which somebody can keep the change. 0: at once."
            value={value.roll_back_after_minutes}
            onChange={(minutes) => set({ roll_back_after_minutes: minutes ?? 0 })}
          />
        </div>
      )}
    </div>
  );
}
