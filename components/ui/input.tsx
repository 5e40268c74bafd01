import type { ComponentProps } from "react";
import { cn } from "@/components/cn";

export function Input({ className, ...props }: ComponentProps<"input">) {
  return (
    <input
      className={cn(
        "base:h-9 base:w-full rounded-md border border-input bg-card px-3 text-sm placeholder:text-muted-foreground aria-invalid:border-negative",
        className,
      )}
      {...props}
    />
  );
}
