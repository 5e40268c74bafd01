"use client";
import { Badge, type Tone } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import type { ObservedPattern, PatternDrift } from "@/server/contracts";
import { formatCount } from "@/server/format";

export type DriftChoice = PatternDrift | "all";

/** One button for each drift that occurs, with how many shapes it has. */
export function DriftFilter(props: {
  patterns: ObservedPattern[];
  chosen: DriftChoice;
  onChoose: (choice: DriftChoice) => void;
}) {
  const { patterns, chosen } = props;
  const count = (drift: DriftChoice) =>
    drift === "all" ? patterns.length : patterns.filter((one) => one.drift === drift).length;
  const choices: DriftChoice[] = ["all", ...DRIFTS.map(({ drift }) => drift)];
  const shown = choices.filter((choice) => choice === chosen || count(choice) > 0);
  return (
    <fieldset className="flex flex-wrap gap-1.5">
      <legend className="sr-only">Filter by trend</legend>
      {shown.map((choice) => (
        <Button
          key={choice}
          size="sm"
          variant={choice === chosen ? "default" : "outline"}
          aria-pressed={choice === chosen}
          onClick={() => props.onChoose(choice)}
        >
          {choice === "all" ? "all" : labelOfDrift(choice)} {formatCount(count(choice))}
        </Button>
      ))}
    </fieldset>
  );
}

/** In the order in which a reviewer wants to know. */
const DRIFTS: {
  drift: PatternDrift;
  tone: Tone;
  label: string;
  mark: string;
  meaning: string;
}[] = [
  {
    drift: "new",
    label: "new",
    tone: "info",
    mark: "+",
    meaning: "first seen in the last 30 minutes",
  },
  {
    drift: "growing",
    label: "growing",
    tone: "warning",
    mark: "↗",
    meaning:
      "called more than 1.5× as often in the last 15 minutes as before (statistically significant)",
  },
  {
    drift: "fading",
    label: "declining",
    tone: "neutral",
    mark: "↘",
    meaning:
      "called less than two thirds as often as before (statistically significant), or not at all",
  },
  {
    drift: "steady",
    label: "steady",
    tone: "positive",
    mark: "→",
    meaning: "no statistically significant change in call rate",
  },
  {
    drift: "settling",
    label: "not enough data",
    tone: "neutral",
    mark: "…",
    meaning: "too few calls or too short a time to tell",
  },
];

function labelOfDrift(drift: PatternDrift): string {
  return DRIFTS.find((each) => each.drift === drift)?.label ?? drift;
}

/** How the call rate of a query changes; the meaning is in its title and in the legend. */
export function DriftBadge({ drift }: { drift: PatternDrift }) {
  const known = DRIFTS.find((each) => each.drift === drift);
  return (
    <Badge tone={known?.tone} title={known?.meaning}>
      <span aria-hidden>{known?.mark}</span> {labelOfDrift(drift)}
    </Badge>
  );
}

export function DriftLegend() {
  return (
    <details className="text-sm">
      <summary className="w-fit text-xs font-medium text-primary">About trends</summary>
      <dl className="mt-2 grid gap-x-4 gap-y-2 sm:grid-cols-[max-content_1fr]">
        {DRIFTS.map(({ drift, meaning }) => (
          <div key={drift} className="contents">
            <dt>
              <DriftBadge drift={drift} />
            </dt>
            <dd className="text-muted-foreground">{meaning}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
