import { cn } from "@/components/cn";
import { TableCell } from "@/components/ui/table";
import type { Interval } from "@/server/contracts";
import { formatBounds, formatPercent } from "@/server/format";

/** −1 (twice as slow or worse) .. 1 (all time saved) as a place on the bar, percent. */
function place(gain: number): number {
  return ((Math.min(1, Math.max(-1, gain)) + 1) / 2) * 100;
}

function gainTone(interval: Interval): "positive" | "negative" | "neutral" {
  if (interval.low > 0) return "positive";
  return interval.high < 0 ? "negative" : "neutral";
}

const FILL = { positive: "bg-positive", negative: "bg-negative", neutral: "bg-muted-foreground" };

/**
 * A gain with its 95 % interval, drawn from zero in the middle: right is time saved, left is
 * time lost. The text beside it says the same, so the drawing is hidden from screen readers.
 */
export function GainBar({ gain, className }: { gain: Interval; className?: string }) {
  const zero = place(0);
  const value = place(gain.value);
  const fill = FILL[gainTone(gain)];
  return (
    <div aria-hidden className={cn("relative h-3 w-24 shrink-0 rounded-sm bg-muted", className)}>
      <div
        className={cn("absolute inset-y-0.5 rounded-xs opacity-45", fill)}
        style={{ left: `${Math.min(zero, value)}%`, width: `${Math.abs(value - zero)}%` }}
      />
      <div
        className={cn("absolute top-1/2 h-px", fill)}
        style={{ left: `${place(gain.low)}%`, width: `${place(gain.high) - place(gain.low)}%` }}
      />
      <div
        className={cn("absolute inset-y-0 w-0.5", fill)}
        style={{ left: `calc(${value}% - 1px)` }}
      />
      <div className="absolute inset-y-0 left-1/2 w-px bg-foreground/60" />
    </div>
  );
}

const TEXT = { positive: "text-positive", negative: "text-negative", neutral: "text-foreground" };

/** `92.1% [91%, 93.3%]`, in the colour of what the interval allows to be said. */
export function GainText({ gain, className }: { gain: Interval; className?: string }) {
  return (
    <span className={cn("whitespace-nowrap", className)}>
      <span className={cn("font-medium", TEXT[gainTone(gain)])}>{formatPercent(gain.value)}</span>{" "}
      <span className="text-xs text-muted-foreground">{formatBounds(gain)}</span>
    </span>
  );
}

/** A gain in a table: text above, bar below. */
export function GainCell({ gain }: { gain: Interval }) {
  return (
    <TableCell>
      <GainText gain={gain} />
      <GainBar gain={gain} className="mt-1" />
    </TableCell>
  );
}
