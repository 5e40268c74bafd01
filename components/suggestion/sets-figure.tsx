"use client";
import dynamic from "next/dynamic";
import { Skeleton } from "@/components/ui/skeleton";
import type { SetTrial } from "@/server/contracts";
import { placeSets } from "./place-sets";

const CHART_HEIGHT = "h-64";
const SetsChart = dynamic(() => import("./sets-chart"), {
  ssr: false,
  loading: () => <Skeleton className={CHART_HEIGHT} />,
});

const MARKS = [
  { sign: "★", className: "text-positive", text: "chosen" },
  { sign: "◆", className: "text-info", text: "Pareto-optimal" },
  { sign: "●", className: "text-muted-foreground", text: "other" },
];

/** The table's sets as a picture: gain over cost, so that up and to the left is better. */
export function SetsFigure({ sets }: { sets: SetTrial[] }) {
  const placed = placeSets(sets);
  return (
    <figure className="grid min-w-0 grid-cols-1 gap-2">
      <figcaption className="flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-muted-foreground">
        <span>
          Time saved over {placed.costName}; vertical lines are 95% intervals. Up and left is
          better.
        </span>
        {MARKS.map(({ sign, className, text }) => (
          <span key={text}>
            <span aria-hidden className={className}>
              {sign}
            </span>{" "}
            {text}
          </span>
        ))}
      </figcaption>
      <div
        role="img"
        aria-label={`Time saved over ${placed.costName} of ${sets.length} sets; the numbers are in the table above`}
        className={CHART_HEIGHT}
      >
        <SetsChart placed={placed} />
      </div>
    </figure>
  );
}
