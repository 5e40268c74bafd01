import { type ComponentProps, type ReactNode, useId } from "react";
import { cn } from "@/components/cn";
import { Checkbox } from "./checkbox";
import { Input } from "./input";
import { Label } from "./label";

interface Shared {
  label: ReactNode;
  hint?: ReactNode;
}

function Frame(props: Shared & { id: string; className: string | undefined; children: ReactNode }) {
  const { id, hint } = props;
  return (
    <div className={cn("grid content-start gap-1.5", props.className)}>
      <Label htmlFor={id}>{props.label}</Label>
      {props.children}
      {hint === undefined ? null : (
        <p id={`${id}-hint`} className="text-xs text-muted-foreground">
          {hint}
        </p>
      )}
    </div>
  );
}

/** A labelled input; its hint is read with it. */
export function TextField({
  label,
  hint,
  className,
  ...props
}: Shared & Omit<ComponentProps<"input">, "id">) {
  const id = useId();
  return (
    <Frame id={id} label={label} hint={hint} className={className}>
      <Input id={id} aria-describedby={hint === undefined ? undefined : `${id}-hint`} {...props} />
    </Frame>
  );
}

/** A labelled choice of the browser's own kind: works by keyboard and on phones. */
export function SelectField({
  label,
  hint,
  className,
  ...props
}: Shared & Omit<ComponentProps<"select">, "id">) {
  const id = useId();
  return (
    <Frame id={id} label={label} hint={hint} className={className}>
      <select
        id={id}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        className="h-9 w-full rounded-md border border-input bg-card px-3 text-sm"
        {...props}
      />
    </Frame>
  );
}

/** A number; null: the field is empty. */
export function NumberField({
  value,
  onChange,
  min = 0,
  ...props
}: Shared &
  Omit<ComponentProps<"input">, "id" | "type" | "value" | "onChange"> & {
    value: number | null;
    onChange: (value: number | null) => void;
  }) {
  return (
    <TextField
      {...props}
      type="number"
      min={min}
      value={value ?? ""}
      onChange={({ target }) => onChange(target.value === "" ? null : Number(target.value))}
    />
  );
}

/** A box to tick, with its label beside it. */
export function CheckField(props: {
  label: ReactNode;
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
        onCheckedChange={(checked) => props.onChange(checked)}
      />
      <label htmlFor={id}>{props.label}</label>
    </div>
  );
}

/** Some of a closed list, in the list's order. */
export function ChoiceField<Value extends string>(props: {
  legend: ReactNode;
  options: readonly { value: Value; label: ReactNode }[];
  chosen: readonly Value[];
  onChange: (chosen: Value[]) => void;
  /** Of the list of boxes; left out: side by side as they fit. */
  className?: string;
}) {
  const toggle = (value: Value, isChosen: boolean) =>
    props.onChange(
      props.options
        .map((option) => option.value)
        .filter((each) => (each === value ? isChosen : props.chosen.includes(each))),
    );
  return (
    <FieldGroup legend={props.legend}>
      <div className={props.className ?? "flex flex-wrap gap-x-4 gap-y-2"}>
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

/** Fields that belong together. */
export function FieldGroup({ legend, children }: { legend: ReactNode; children: ReactNode }) {
  return (
    <fieldset className="grid min-w-0 gap-2">
      <legend className="mb-1.5 text-sm font-medium">{legend}</legend>
      {children}
    </fieldset>
  );
}
