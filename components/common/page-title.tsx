import type { ReactNode } from "react";

export function PageTitle(props: { title: string; lead: ReactNode; children?: ReactNode }) {
  return (
    <div className="mb-5 flex flex-wrap items-end justify-between gap-3">
      <div>
        <h1 className="text-xl font-semibold tracking-tight">{props.title}</h1>
        <p className="mt-1 max-w-2xl text-sm text-muted-foreground">{props.lead}</p>
      </div>
      {props.children}
    </div>
  );
}
