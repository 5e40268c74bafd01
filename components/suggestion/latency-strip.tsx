import { formatMs } from "@/server/format";
import { logTicks, summarizeSamples } from "./quantiles";

const WIDTH = 640;
const HEIGHT = 176;
const LEFT = 60;
const RIGHT = 24;
const AXIS = 24;
const LANE = (HEIGHT - AXIS) / 2;

/** Two lanes of dots on a common log axis (ms); a bar marks each median. */
export function LatencyStrip({ before, after }: { before: number[]; after: number[] }) {
  const range = summarizeSamples([...before, ...after].map((ms) => Math.max(ms, 0.001)));
  if (range === null) return null;
  const ticks = logTicks(range.min, range.max);
  const [low, high] = [ticks[0] ?? range.min, ticks.at(-1) ?? range.max].map(Math.log10);
  const place = (ms: number): number => {
    const share =
      (Math.log10(Math.max(ms, 0.001)) - (low ?? 0)) / Math.max(1e-9, (high ?? 1) - (low ?? 0));
    return LEFT + share * (WIDTH - LEFT - RIGHT);
  };
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      className="size-full text-xs"
      preserveAspectRatio="xMinYMid meet"
      aria-hidden="true"
    >
      {ticks.map((tick) => (
        <g key={tick}>
          <line
            {...{ x1: place(tick), x2: place(tick), y1: 0, y2: HEIGHT - AXIS }}
            className="stroke-border"
          />
          <text
            x={place(tick)}
            y={HEIGHT - 6}
            textAnchor="middle"
            className="fill-muted-foreground"
          >
            {formatMs(tick)}
          </text>
        </g>
      ))}
      <Lane name="before" samples={before} top={0} place={place} className="fill-chart-before" />
      <Lane name="after" samples={after} top={LANE} place={place} className="fill-chart-after" />
    </svg>
  );
}

/** Dots of one side, spread over their lane by a fixed pattern so that equal values stay visible. */
function Lane(props: {
  name: string;
  samples: number[];
  top: number;
  place: (ms: number) => number;
  className: string;
}) {
  const { name, samples, top, place, className } = props;
  const middle = top + LANE / 2;
  const median = summarizeSamples(samples)?.median;
  return (
    <g className={className}>
      <text x={0} y={middle + 4} className="fill-muted-foreground">
        {name}
      </text>
      {samples.map((ms, index) => (
        <circle
          // biome-ignore lint/suspicious/noArrayIndexKey: samples have no name but their place
          key={index}
          cx={place(ms)}
          cy={middle + (((index * 7) % 11) / 11 - 0.5) * LANE * 0.5}
          r={3.5}
          fillOpacity={0.6}
        />
      ))}
      {median === undefined ? null : (
        <rect x={place(median) - 1.25} y={top + LANE * 0.1} width={2.5} height={LANE * 0.8} />
      )}
    </g>
  );
}
