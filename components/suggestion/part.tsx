import type { ReactNode } from "react";

/** A titled part of one change. */
export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="grid min-w-0 grid-cols-1 content-start gap-3">
      <h4 className="text-sm font-semibold">{title}</h4>
      {children}
    </div>
  );
}
