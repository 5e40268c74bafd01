import { CheckIcon, CircleDotIcon, CircleIcon, CircleMinusIcon, XIcon } from "lucide-react";
import { cn } from "@/components/cn";
import { RelativeTime } from "@/components/common/clock";
import type { Suggestion } from "@/server/contracts";
import { describeTimeline, type TimelineStep } from "./timeline";

const ICONS = {
  done: CheckIcon,
  current: CircleDotIcon,
  ahead: CircleIcon,
  ended: CircleMinusIcon,
  failed: XIcon,
};
const COLOURS = {
  done: "text-positive",
  current: "text-primary",
  ahead: "text-muted-foreground",
  ended: "text-muted-foreground",
  failed: "text-negative",
};
const WORDS = {
  done: "done",
  current: "next",
  ahead: "later",
  ended: "ended here",
  failed: "ended here",
};

/** Where the suggestion stands between proposal and verified effect. */
export function TimelineSteps({ suggestion }: { suggestion: Suggestion }) {
  const steps = describeTimeline(suggestion);
  return (
    <ol aria-label="Progress of this suggestion" className="flex flex-wrap gap-x-6 gap-y-2">
      {steps.map((step) => (
        <Step key={step.label} step={step} />
      ))}
    </ol>
  );
}

function Step({ step }: { step: TimelineStep }) {
  const Icon = ICONS[step.status];
  return (
    <li
      className="flex items-start gap-1.5 text-sm"
      aria-current={step.status === "current" ? "step" : undefined}
    >
      <Icon className={cn("mt-0.5 size-4 shrink-0", COLOURS[step.status])} aria-hidden />
      <span>
        <span className={cn(step.status === "ahead" && "text-muted-foreground")}>{step.label}</span>
        <span className="sr-only">, {WORDS[step.status]}</span>
        {step.at === null ? null : (
          <RelativeTime iso={step.at} className="block text-xs text-muted-foreground" />
        )}
      </span>
    </li>
  );
}
