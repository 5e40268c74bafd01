import type { ComponentProps } from "react";
import { cn } from "@/components/cn";

/** `htmlFor` names its field. */
export function Label({ className, htmlFor, children }: ComponentProps<"label">) {
  return (
    <label htmlFor={htmlFor} className={cn("text-sm font-medium", className)}>
      {children}
    </label>
  );
}
