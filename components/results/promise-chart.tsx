import { Card } from "@/components/ui/card";
import type { ExecutionResult } from "@/server/contracts";
import { formatPercent } from "@/server/format";
import { comparePromise } from "./result-words";

const SIZE = 240;
const EDGE = 30;
const PLOT = SIZE - 2 * EDGE;

/** Shares from −100% to 100%: what is worse than that stands at the edge. */
const at = (share: number) => ((Math.max(-1, Math.min(1, share)) + 1) / 2) * PLOT;
const across = (share: number) => EDGE + at(share);
const down = (share: number) => SIZE - EDGE - at(share);

/** Promised against delivered: on the line, as promised; above it, more. The list below tells the same. */
export function PromiseChart({ executions }: { executions: readonly ExecutionResult[] }) {
  const told = executions.flatMap((one) =>
    one.promised === null || one.delivered === null
      ? []
      : [{ one, promised: one.promised, delivered: one.delivered }],
  );
  if (told.length === 0) return null;
  return (
    <section aria-label="Promised and delivered" className="grid gap-2">
      <h2 className="text-base font-semibold">Promised and delivered</h2>
      <Card className="p-4">
        <svg
          viewBox={`0 0 ${SIZE} ${SIZE}`}
          role="img"
          aria-label="Each execution: the share of time promised, across, and delivered, upwards"
          className="mx-auto w-full max-w-sm"
        >
          <line
            x1={across(-1)}
            y1={down(-1)}
            x2={across(1)}
            y2={down(1)}
            className="stroke-border"
            strokeDasharray="4 4"
          />
          <line
            x1={across(-1)}
            y1={down(0)}
            x2={across(1)}
            y2={down(0)}
            className="stroke-border"
          />
          <line
            x1={across(0)}
            y1={down(-1)}
            x2={across(0)}
            y2={down(1)}
            className="stroke-border"
          />
          {told.map(({ one, promised, delivered }) => (
            <g key={one.operation_id}>
              <title>{`promised ${formatPercent(promised.value)}, delivered ${formatPercent(delivered)}: ${comparePromise(one)}`}</title>
              <line
                x1={across(promised.low)}
                x2={across(promised.high)}
                y1={down(delivered)}
                y2={down(delivered)}
                className="stroke-muted-foreground"
              />
              <circle
                cx={across(promised.value)}
                cy={down(delivered)}
                r={4}
                className={delivered < promised.low ? "fill-negative" : "fill-positive"}
              />
            </g>
          ))}
          <text
            x={SIZE / 2}
            y={SIZE - 6}
            textAnchor="middle"
            className="fill-muted-foreground text-[10px]"
          >
            promised, −100% to 100%
          </text>
          <text
            x={-SIZE / 2}
            y={12}
            textAnchor="middle"
            transform="rotate(-90)"
            className="fill-muted-foreground text-[10px]"
          >
            delivered
          </text>
        </svg>
      </Card>
    </section>
  );
}
