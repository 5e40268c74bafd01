"use client";
import dynamic from "next/dynamic";
import { Skeleton } from "@/components/ui/skeleton";
import type { SetTrial, Suggestion } from "@/server/contracts";
import { formatPlural } from "@/server/format";
import { Section } from "./frame";
import { placeSets } from "./place-sets";
import { SetsTable } from "./sets-table";

const SETS_SHOWN = 8;

/** Sets of changes that were applied together and measured, and why this one was chosen. */
export function MeasuredSets({ suggestion }: { suggestion: Suggestion }) {
  const { sets } = suggestion;
  if (sets.length < 2) return null;
  const ranked = [...sets].sort(
    (a, b) => Number(b.is_chosen) - Number(a.is_chosen) || b.net_gain - a.net_gain,
  );
  const titleOf = titlesOf(suggestion);
  const rest = ranked.slice(SETS_SHOWN);
  return (
    <Section id="sets" title="Measured combinations" description={describeSets(sets)}>
      <div className="grid min-w-0 grid-cols-1 gap-5">
        <SetsTable sets={ranked.slice(0, SETS_SHOWN)} titleOf={titleOf} label="Measured sets" />
        {rest.length === 0 ? null : (
          <details>
            <summary className="w-fit text-sm font-medium text-primary">
              {formatPlural(rest.length, "more set")}
            </summary>
            <SetsTable sets={rest} titleOf={titleOf} label="More measured sets" />
          </details>
        )}
        <SetsFigure sets={sets} />
      </div>
    </Section>
  );
}

function describeSets(sets: SetTrial[]): string {
  const pareto = sets.filter((set) => set.is_pareto).length;
  return `${formatPlural(sets.length, "set")} of changes ${sets.length === 1 ? "was" : "were"} applied together and measured. ${formatPlural(pareto, "is", "are")} Pareto-optimal: no other is at least as good in gain, storage and inserts, and better in one. Sets are compared by net gain: gain less the weighted costs of storage and inserts.`;
}

/** Names of changes by candidate; the id itself where the suggestion does not know it. */
function titlesOf({ suggestions, alternatives }: Suggestion): (candidateId: string) => string {
  const titles = new Map(
    [...suggestions, ...alternatives].map((item) => [item.candidate_id, item.title]),
  );
  return (candidateId) => titles.get(candidateId) ?? candidateId;
}

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
function SetsFigure({ sets }: { sets: SetTrial[] }) {
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
        aria-label={`Time saved over ${placed.costName} of ${formatPlural(sets.length, "set")}; the numbers are in the table above`}
        className={CHART_HEIGHT}
      >
        <SetsChart placed={placed} />
      </div>
    </figure>
  );
}
