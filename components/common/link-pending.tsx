"use client";
import { useLinkStatus } from "next/link";
import { cn } from "@/components/cn";

/**
 * Inside a link that is positioned, or whose row is: a line below it until the page it leads to is there.
 * The present page stays meanwhile; a quick answer shows nothing.
 */
export function LinkPending() {
  const { pending } = useLinkStatus();
  return (
    <span
      aria-hidden
      className={cn(
        "pointer-events-none absolute inset-x-0 -bottom-0.5 h-0.5 bg-primary",
        pending ? "opacity-60 transition-opacity delay-200" : "opacity-0",
      )}
    />
  );
}
