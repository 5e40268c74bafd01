import type { ComponentProps } from "react";
import { cn } from "@/components/cn";

export function Skeleton({ className, ...props }: ComponentProps<"div">) {
  return (
    <div
      aria-hidden
      className={cn("base:rounded-md animate-pulse bg-muted", className)}
      {...props}
    />
  );
}
