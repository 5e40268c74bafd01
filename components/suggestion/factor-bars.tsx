import { cn } from "@/components/cn";
import type { Factor } from "@/server/contracts";
import { formatWeight } from "@/server/format";

/** Reasons for (right) and against (left), as long as they are heavy. */
export function FactorBars({ factors }: { factors: Factor[] }) {
  const sorted = [...factors].sort((a, b) => b.weight - a.weight);
  return (
    <ul className="grid gap-3">
      {sorted.map((factor) => (
        <li
          key={`${factor.name}:${factor.detail}`}
          className="grid gap-x-4 gap-y-1 sm:grid-cols-[10rem_1fr]"
        >
          <FactorBar weight={factor.weight} />
          <p className="min-w-0 text-sm break-words">
            <span className="font-medium">{factor.name}</span>{" "}
            <span className="text-muted-foreground">{factor.detail}</span>
          </p>
        </li>
      ))}
    </ul>
  );
}

function FactorBar({ weight }: { weight: number }) {
  const share = Math.min(1, Math.abs(weight)) * 50;
  const isFor = weight >= 0;
  return (
    <div className="flex items-center gap-2">
      <div className="relative h-2.5 w-28 shrink-0 rounded-sm bg-muted" aria-hidden>
        <div
          className={cn("absolute inset-y-0 rounded-sm", isFor ? "bg-positive" : "bg-negative")}
          style={{ left: `${isFor ? 50 : 50 - share}%`, width: `${share}%` }}
        />
        <div className="absolute -inset-y-0.5 left-1/2 w-px bg-foreground/60" />
      </div>
      <span className={cn("text-xs", isFor ? "text-positive" : "text-negative")}>
        {formatWeight(weight)}
      </span>
    </div>
  );
}
