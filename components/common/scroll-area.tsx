import type { ReactNode } from "react";
import { cn } from "@/components/cn";

/** Preformatted text that scrolls inside itself; named and focusable, so that keys scroll it too. */
export function ScrollArea(props: { label: string; className?: string; children: ReactNode }) {
  return (
    <figure
      aria-label={props.label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users must be able to scroll it
      tabIndex={0}
      className={cn("overflow-auto", props.className)}
    >
      <pre className="font-mono">{props.children}</pre>
    </figure>
  );
}
