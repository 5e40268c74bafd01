"use client";
import { findValue, valuesOf } from "@/components/common/options";
import { ChoiceField, NumberField, SelectField } from "@/components/ui/field";
import type { AutoApproval, AutoApprovalMode } from "@/server/contracts";
import { KINDS } from "./rule-fields";

const MODES: Record<AutoApprovalMode, string> = {
  off: "Off",
  observe: "Observe: counted in the simulation",
  advise: "Advise: shown on the suggestion",
  act: "Act: approves within the limits",
};

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
          onChange={({ target }) => set({ mode: findValue(MODES, target.value) ?? "off" })}
        >
          {valuesOf(MODES).map((mode) => (
            <option key={mode} value={mode}>
              {MODES[mode]}
            </option>
          ))}
        </SelectField>
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
              onChange={({ target }) =>
                set({ risk_max: target.value === "medium" ? "medium" : "low" })
              }
            >
              <option value="low">low</option>
              <option value="medium">low and medium</option>
            </SelectField>
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
