import type { ComponentProps } from "react";
import { cn } from "@/components/cn";

export function Textarea({ className, ...props }: ComponentProps<"textarea">) {
  return (
    <textarea
      className={cn(
        "base:min-h-24 base:w-full rounded-md border border-input bg-card px-3 py-2 text-sm placeholder:text-muted-foreground aria-invalid:border-negative",
        className,
      )}
      {...props}
    />
  );
}
