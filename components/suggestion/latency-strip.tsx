"use client";
import {
  CartesianGrid,
  ReferenceLine,
  ResponsiveContainer,
  Scatter,
  ScatterChart,
  XAxis,
  YAxis,
} from "recharts";
import { formatMs } from "@/server/format";
import { logTicks, summarizeSamples } from "./quantiles";

const AXIS = { fontSize: 12, fill: "var(--muted-foreground)" };
const LANES = { before: 1, after: 0 } as const;

/** Dots of one side, spread over their lane by a fixed pattern so that equal values stay visible. */
function toDots(samples: readonly number[], lane: number) {
  return samples.map((ms, index) => ({
    ms: Math.max(ms, 0.001),
    lane: lane + (((index * 7) % 11) / 11 - 0.5) * 0.5,
  }));
}

/** Two lanes of dots on a common log axis (ms); a bar marks each median. Loaded when shown. */
export default function LatencyStrip(props: { before: number[]; after: number[] }) {
  const before = toDots(props.before, LANES.before);
  const after = toDots(props.after, LANES.after);
  const range = summarizeSamples([...before, ...after].map((dot) => dot.ms));
  if (range === null) return null;
  const ticks = logTicks(range.min, range.max);
  const domain = [ticks[0] ?? range.min, ticks.at(-1) ?? range.max];
  return (
    <ResponsiveContainer width="100%" height="100%">
      <ScatterChart margin={{ top: 4, right: 16, bottom: 0, left: 0 }} accessibilityLayer={false}>
        <CartesianGrid horizontal={false} stroke="var(--border)" />
        <XAxis
          type="number"
          dataKey="ms"
          scale="log"
          domain={domain}
          ticks={ticks}
          tickFormatter={formatMs}
          tick={AXIS}
          stroke="var(--border)"
          allowDataOverflow
        />
        <YAxis
          type="number"
          dataKey="lane"
          domain={[-0.5, 1.5]}
          ticks={[LANES.after, LANES.before]}
          tickFormatter={(lane: number) => (lane === LANES.before ? "before" : "after")}
          tick={AXIS}
          width={52}
          axisLine={false}
          tickLine={false}
        />
        {medianLine(props.before, LANES.before, "var(--chart-before)")}
        {medianLine(props.after, LANES.after, "var(--chart-after)")}
        <Scatter
          data={before}
          fill="var(--chart-before)"
          fillOpacity={0.6}
          isAnimationActive={false}
        />
        <Scatter
          data={after}
          fill="var(--chart-after)"
          fillOpacity={0.6}
          isAnimationActive={false}
        />
      </ScatterChart>
    </ResponsiveContainer>
  );
}

function medianLine(samples: readonly number[], lane: number, stroke: string) {
  const median = summarizeSamples(samples)?.median;
  if (median === undefined) return null;
  return (
    <ReferenceLine
      segment={[
        { x: median, y: lane - 0.4 },
        { x: median, y: lane + 0.4 },
      ]}
      stroke={stroke}
      strokeWidth={2.5}
    />
  );
}
