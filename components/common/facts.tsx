import type { ReactNode } from "react";
import { cn } from "@/components/cn";

export interface Fact {
  label: string;
  value: ReactNode;
  /** A second, quieter line. */
  note?: ReactNode;
}

/** Labelled numbers side by side. */
export function Facts({ facts, className }: { facts: Fact[]; className?: string }) {
  return (
    <dl className={cn("grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-4", className)}>
      {facts.map((fact) => (
        <div key={fact.label} className="min-w-0">
          <dt className="text-xs text-muted-foreground">{fact.label}</dt>
          <dd className="mt-0.5 font-medium break-words">{fact.value}</dd>
          {fact.note === undefined ? null : (
            <dd className="text-xs text-muted-foreground">{fact.note}</dd>
          )}
        </div>
      ))}
    </dl>
  );
}
