"use client";
import { type ReactNode, useId } from "react";
import { Checkbox } from "@/components/ui/checkbox";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";

/** A number, or nothing where that is allowed. */
export function NumberField(props: {
  label: string;
  value: number | null;
  min?: number;
  max?: number;
  step?: number;
  onChange: (value: number | null) => void;
}) {
  const id = useId();
  const { min = 0, max, step = 1 } = props;
  return (
    <div className="grid gap-1.5">
      <Label htmlFor={id}>{props.label}</Label>
      <Input
        id={id}
        type="number"
        {...{ min, max, step }}
        value={props.value ?? ""}
        onChange={({ target }) => props.onChange(target.value === "" ? null : Number(target.value))}
      />
    </div>
  );
}

export function TextField(props: {
  label: string;
  value: string;
  type?: "text" | "time";
  hint?: string;
  onChange: (value: string) => void;
}) {
  const id = useId();
  return (
    <div className="grid gap-1.5">
      <Label htmlFor={id}>{props.label}</Label>
      <Input
        id={id}
        type={props.type ?? "text"}
        autoComplete="off"
        aria-describedby={props.hint === undefined ? undefined : `${id}-hint`}
        value={props.value}
        onChange={({ target }) => props.onChange(target.value)}
      />
      {props.hint === undefined ? null : (
        <p id={`${id}-hint`} className="text-xs text-muted-foreground">
          {props.hint}
        </p>
      )}
    </div>
  );
}

export function CheckField(props: {
  label: string;
  isChecked: boolean;
  onChange: (isChecked: boolean) => void;
}) {
  const id = useId();
  return (
    <div className="flex gap-2 text-sm">
      <Checkbox
        id={id}
        className="mt-0.5"
        checked={props.isChecked}
        onCheckedChange={(checked) => props.onChange(checked === true)}
      />
      <label htmlFor={id}>{props.label}</label>
    </div>
  );
}

export function SelectField(props: {
  label: string;
  value: string;
  options: readonly { value: string; label: string }[];
  onChange: (value: string) => void;
}) {
  const id = useId();
  return (
    <div className="grid gap-1.5">
      <Label htmlFor={id}>{props.label}</Label>
      <select
        id={id}
        className="h-9 w-full rounded-md border border-input bg-card px-3 text-sm"
        value={props.value}
        onChange={({ target }) => props.onChange(target.value)}
      >
        {props.options.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Some of a closed list. */
export function ChoiceField<Value extends string>(props: {
  legend: string;
  options: readonly { value: Value; label: string }[];
  chosen: readonly Value[];
  onChange: (chosen: Value[]) => void;
}) {
  const toggle = (value: Value, isChosen: boolean) =>
    props.onChange(
      props.options
        .map((option) => option.value)
        .filter((each) => (each === value ? isChosen : props.chosen.includes(each))),
    );
  return (
    <FieldGroup legend={props.legend}>
      <div className="flex flex-wrap gap-x-4 gap-y-2">
        {props.options.map(({ value, label }) => (
          <CheckField
            key={value}
            label={label}
            isChecked={props.chosen.includes(value)}
            onChange={(isChosen) => toggle(value, isChosen)}
          />
        ))}
      </div>
    </FieldGroup>
  );
}

export function FieldGroup({ legend, children }: { legend: string; children: ReactNode }) {
  return (
    <fieldset className="grid min-w-0 gap-2">
      <legend className="mb-1.5 text-sm font-medium">{legend}</legend>
      {children}
    </fieldset>
  );
}
