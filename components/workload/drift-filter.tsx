"use client";
import { Button } from "@/components/ui/button";
import type { ObservedPattern, PatternDrift } from "@/server/contracts";
import { DRIFTS, labelOfDrift } from "./drift-badge";

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
          {choice === "all" ? "all" : labelOfDrift(choice)} {count(choice)}
        </Button>
      ))}
    </fieldset>
  );
}
