"use client";
import { Progress as Primitive } from "radix-ui";
import { cn } from "@/components/cn";

/** `fraction` 0..1. */
export function Progress(props: { fraction: number; label: string; className?: string }) {
  const percent = Math.round(Math.min(1, Math.max(0, props.fraction)) * 100);
  return (
    <Primitive.Root
      value={percent}
      aria-label={props.label}
      className={cn("h-1.5 w-full overflow-hidden rounded-full bg-muted", props.className)}
    >
      <Primitive.Indicator
        className="h-full rounded-full bg-primary transition-[width] duration-500"
        style={{ width: `${percent}%` }}
      />
    </Primitive.Root>
  );
}
