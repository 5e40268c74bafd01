"use client";
import { type AutoApproval, AutoApprovalMode } from "@/server/contracts";
import { ChoiceField, NumberField, SelectField } from "./fields";
import { KINDS } from "./rule-fields";

const MODES: Record<AutoApprovalMode, string> = {
  off: "Off",
  observe: "Observe: counted in the simulation",
  advise: "Advise: shown on the suggestion",
  act: "Act: approves within the limits",
};
const MODE_OPTIONS = AutoApprovalMode.options.map((mode) => ({ value: mode, label: MODES[mode] }));
const RISK_OPTIONS = [
  { value: "low", label: "low" },
  { value: "medium", label: "low and medium" },
];

/** The trust ramp of automatic approval and its limits. */
export function AutoApprovalFields(props: {
  value: AutoApproval;
  onChange: (value: AutoApproval) => void;
}) {
  const { value } = props;
  const set = (next: Partial<AutoApproval>) => props.onChange({ ...value, ...next });
  return (
    <div className="grid gap-4">
      <div className="max-w-md">
        <SelectField
          label="Automatic approval"
          value={value.mode}
          options={MODE_OPTIONS}
          onChange={(mode) => set({ mode: AutoApprovalMode.parse(mode) })}
        />
      </div>
      {value.mode === "off" ? null : (
        <>
          <ChoiceField
            legend="Kinds of change it may approve"
            options={KINDS}
            chosen={value.kinds}
            onChange={(kinds) => set({ kinds })}
          />
          <div className="grid gap-3 sm:grid-cols-3">
            <SelectField
              label="Risk"
              value={value.risk_max}
              options={RISK_OPTIONS}
              onChange={(risk) => set({ risk_max: risk === "medium" ? "medium" : "low" })}
            />
            <NumberField
              label="Measured gain at least (%)"
              min={1}
              max={100}
              value={Math.round(value.gain_min * 100)}
              onChange={(percent) => set({ gain_min: (percent ?? 0) / 100 })}
            />
            <NumberField
              label="Coverage at least (%)"
              max={100}
              value={Math.round(value.coverage_min * 100)}
              onChange={(percent) => set({ coverage_min: (percent ?? 0) / 100 })}
            />
            <NumberField
              label="At most in 24 hours"
              min={1}
              max={100}
              value={value.per_day_max}
              onChange={(count) => set({ per_day_max: count ?? 0 })}
            />
            <NumberField
              label="Confirmed executions of the kind"
              value={value.confirmed_min}
              onChange={(count) => set({ confirmed_min: count ?? 0 })}
            />
          </div>
        </>
      )}
    </div>
  );
}
