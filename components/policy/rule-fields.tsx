"use client";
import { Trash2Icon } from "lucide-react";
import { useState } from "react";
import { valuesOf } from "@/components/common/options";
import { Button } from "@/components/ui/button";
import { ChoiceField, NumberField, SelectField, TextField } from "@/components/ui/field";
import {
  CHANGE_FACTS,
  type PolicyRule,
  type RiskLevel,
  type RuleCondition,
} from "@/server/contracts";
import { parsePatterns, withoutUndefined } from "./draft";
import { RequirementFields } from "./requirement-fields";

const RISK_LABELS: Record<RiskLevel, string> = { low: "low", medium: "medium", high: "high" };
const RISKS = valuesOf(RISK_LABELS).map((level) => ({ value: level, label: RISK_LABELS[level] }));
export const KINDS = valuesOf(CHANGE_FACTS).map((kind) => ({
  value: kind,
  label: CHANGE_FACTS[kind].label,
}));

/** A rule: its name, the changes it is about, and what it demands. */
export function RuleFields(props: {
  rule: PolicyRule;
  onChange: (rule: PolicyRule) => void;
  onRemove: () => void;
}) {
  const { rule, onChange } = props;
  return (
    <div className="grid gap-5 rounded-lg border p-4">
      <div className="flex flex-wrap items-end gap-3">
        <div className="min-w-0 flex-1 basis-60">
          <TextField
            label="Name of the rule"
            autoComplete="off"
            value={rule.name}
            onChange={({ target }) => onChange({ ...rule, name: target.value })}
          />
        </div>
        <Button variant="outline" onClick={props.onRemove}>
          <Trash2Icon aria-hidden /> Remove rule
        </Button>
      </div>
      <ConditionFields when={rule.when} onChange={(when) => onChange({ ...rule, when })} />
      <RequirementFields value={rule} onChange={onChange} />
    </div>
  );
}

function ConditionFields(props: { when: RuleCondition; onChange: (when: RuleCondition) => void }) {
  const { when } = props;
  const set = (next: { [Key in keyof RuleCondition]: RuleCondition[Key] | undefined }) =>
    props.onChange(withoutUndefined({ ...when, ...next }) as RuleCondition);
  const orNone = <Value,>(chosen: Value[]) => (chosen.length === 0 ? undefined : chosen);
  return (
    <div className="grid gap-4">
      <p className="text-sm text-muted-foreground">
        Applies where all of these fit. Nothing chosen: every change.
      </p>
      <ChoiceField
        legend="Risk"
        options={RISKS}
        chosen={when.risk ?? []}
        onChange={(risk) => set({ risk: orNone(risk) })}
      />
      <ChoiceField
        legend="Kinds of change"
        options={KINDS}
        chosen={when.kinds ?? []}
        onChange={(kinds) => set({ kinds: orNone(kinds) })}
      />
      <div className="grid items-start gap-3 sm:grid-cols-4">
        <PatternField
          label="Data products"
          patterns={when.products}
          onChange={(products) => set({ products })}
        />
        <PatternField
          label="Tables"
          patterns={when.tables}
          onChange={(tables) => set({ tables })}
        />
        <SelectField
          label="Rollback"
          value={when.is_reversible === undefined ? "any" : String(when.is_reversible)}
          onChange={({ target: { value } }) =>
            set({ is_reversible: value === "any" ? undefined : value === "true" })
          }
        >
          <option value="any">any</option>
          <option value="true">can be rolled back</option>
          <option value="false">cannot be rolled back</option>
        </SelectField>
        <NumberField
          label="Coverage below (%)"
          max={100}
          value={when.coverage_below === undefined ? null : Math.round(when.coverage_below * 100)}
          onChange={(percent) => set({ coverage_below: percent ? percent / 100 : undefined })}
        />
      </div>
    </div>
  );
}

/** Patterns as text: what is being typed (`orders, `) is kept as it is. */
function PatternField(props: {
  label: string;
  patterns: string[] | undefined;
  onChange: (patterns: string[] | undefined) => void;
}) {
  const [text, setText] = useState(props.patterns?.join(", ") ?? "");
  return (
    <TextField
      label={props.label}
      hint="Comma-separated, * for any"
      autoComplete="off"
      value={text}
      onChange={({ target }) => {
        setText(target.value);
        props.onChange(parsePatterns(target.value));
      }}
    />
  );
}
