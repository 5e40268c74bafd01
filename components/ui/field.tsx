import { type ComponentProps, type ReactNode, useId } from "react";
import { cn } from "@/components/cn";
import { Input } from "./input";
import { Label } from "./label";

interface Shared {
  label: string;
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
