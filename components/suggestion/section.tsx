import type { ReactNode } from "react";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";

/** One titled part of the suggestion page, reachable by its id. */
export function Section(props: {
  id: string;
  title: string;
  description?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section id={props.id} aria-labelledby={`${props.id}-title`} className="min-w-0">
      <Card>
        <CardHeader>
          <CardTitle id={`${props.id}-title`}>{props.title}</CardTitle>
          {props.description === undefined ? null : (
            <CardDescription>{props.description}</CardDescription>
          )}
        </CardHeader>
        <CardContent>{props.children}</CardContent>
      </Card>
    </section>
  );
}

/** A titled part of one change. */
export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="grid min-w-0 grid-cols-1 content-start gap-3">
      <h4 className="text-sm font-semibold">{title}</h4>
      {children}
    </div>
  );
}
