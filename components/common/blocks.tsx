import { Fragment, type ReactNode } from "react";
import { cn } from "@/components/cn";

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

/** Nothing to show: says why and what to do. */
export function Empty({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="grid justify-items-center gap-2 rounded-lg border border-dashed bg-card px-6 py-12 text-center">
      <p className="font-medium">{title}</p>
      <div className="max-w-md text-sm text-muted-foreground">{children}</div>
    </div>
  );
}

export interface Fact {
  label: string;
  value: ReactNode;
  /** A second, quieter line. */
  note?: ReactNode;
}

/** Labelled numbers side by side. */
export function Facts({ facts, className }: { facts: Fact[]; className?: string }) {
  return (
    <dl className={cn("grid grid-cols-2 gap-x-6 gap-y-4 sm:base:grid-cols-4", className)}>
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

/** A title as the sidecar writes it, names between backticks set as code: "Add index on `t.c`". */
export function CodeText({ text }: { text: string }) {
  // A backtick without a partner stays as it is.
  return text.split(/`([^`]+)`/).map((part, index) => {
    const key = `${index}:${part}`;
    if (index % 2 === 0) return <Fragment key={key}>{part}</Fragment>;
    return (
      <code key={key} className="font-mono text-[0.95em]">
        {part}
      </code>
    );
  });
}

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
