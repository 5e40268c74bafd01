import type { ReactNode } from "react";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";

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

/** The suggestion page's frame before its content. */
export function SuggestionSkeleton() {
  return (
    <div className="grid gap-6" aria-hidden>
      <div className="grid gap-4">
        <Skeleton className="h-5 w-16" />
        <Skeleton className="h-7 w-2/3" />
        <Skeleton className="h-10 w-full max-w-xl" />
      </div>
      <div className="grid gap-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <Skeleton className="h-72 rounded-lg lg:col-start-2" />
        <Skeleton className="h-[40rem] rounded-lg lg:col-start-1 lg:row-start-1" />
      </div>
    </div>
  );
}
