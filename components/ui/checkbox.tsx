import type { ComponentProps } from "react";
import { cn } from "@/components/cn";

type CheckboxProps = Omit<ComponentProps<"input">, "type" | "onChange"> & {
  checked: boolean;
  onCheckedChange: (isChecked: boolean) => void;
};

/** The browser's own box, in our colour. */
export function Checkbox({ className, onCheckedChange, ...props }: CheckboxProps) {
  return (
    <input
      type="checkbox"
      className={cn(
        "size-5 shrink-0 accent-primary disabled:cursor-not-allowed disabled:opacity-60",
        className,
      )}
      onChange={(event) => onCheckedChange(event.target.checked)}
      {...props}
    />
  );
}
