import { Badge, type Tone } from "@/components/ui/badge";
import type { PatternDrift } from "@/server/contracts";

/** In the order in which a reviewer wants to know. */
export const DRIFTS: { drift: PatternDrift; tone: Tone; mark: string; meaning: string }[] = [
  {
    drift: "new",
    tone: "info",
    mark: "+",
    meaning: "first seen within the last half hour, after other queries",
  },
  {
    drift: "growing",
    tone: "warning",
    mark: "↗",
    meaning: "called more than 1.5 times as often in the last 15 minutes as before, beyond chance",
  },
  {
    drift: "fading",
    tone: "neutral",
    mark: "↘",
    meaning: "called less than two thirds as often as before, beyond chance, or not at all",
  },
  {
    drift: "steady",
    tone: "positive",
    mark: "→",
    meaning: "no change of its rate of calls that is beyond chance",
  },
  {
    drift: "settling",
    tone: "neutral",
    mark: "…",
    meaning: "too few calls, or too short a time, to tell",
  },
];

/** How the rate of a shape's calls changes; the meaning on hover, and in the legend of the list. */
export function DriftBadge({ drift }: { drift: PatternDrift }) {
  const known = DRIFTS.find((each) => each.drift === drift);
  return (
    <Badge tone={known?.tone} title={known?.meaning}>
      <span aria-hidden>{known?.mark}</span> {drift}
    </Badge>
  );
}

export function DriftLegend() {
  return (
    <details className="text-sm">
      <summary className="w-fit text-xs font-medium text-primary">What the drifts mean</summary>
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
