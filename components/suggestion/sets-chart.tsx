"use client";
import {
  CartesianGrid,
  ErrorBar,
  ResponsiveContainer,
  Scatter,
  ScatterChart,
  XAxis,
  YAxis,
} from "recharts";
import { formatPercent } from "@/server/format";
import type { PlacedSets } from "./place-sets";

const AXIS = { fontSize: 12, fill: "var(--muted-foreground)" };
const GROUPS = [
  { key: "others", fill: "var(--muted-foreground)", shape: "circle" },
  { key: "pareto", fill: "var(--info)", shape: "diamond" },
  { key: "chosen", fill: "var(--positive)", shape: "star" },
] as const;

const percent = (value: number) => formatPercent(value / 100);

/** Gain over cost, both in percent. Loaded when shown. */
export default function SetsChart({ placed }: { placed: PlacedSets }) {
  return (
    <ResponsiveContainer width="100%" height="100%">
      <ScatterChart margin={{ top: 8, right: 16, bottom: 20, left: 8 }} accessibilityLayer={false}>
        <CartesianGrid stroke="var(--border)" />
        <XAxis
          type="number"
          dataKey="cost"
          domain={["auto", "auto"]}
          tickCount={6}
          tickFormatter={percent}
          tick={AXIS}
          stroke="var(--border)"
          label={{ ...AXIS, value: placed.costName, position: "insideBottom", offset: -12 }}
        />
        <YAxis
          type="number"
          dataKey="gain"
          domain={["auto", "auto"]}
          tickCount={6}
          tickFormatter={percent}
          tick={AXIS}
          width={48}
          stroke="var(--border)"
        />
        {GROUPS.map(({ key, fill, shape }) => (
          <Scatter key={key} data={placed[key]} fill={fill} shape={shape} isAnimationActive={false}>
            <ErrorBar
              dataKey="reach"
              direction="y"
              stroke={fill}
              width={4}
              strokeWidth={1}
              isAnimationActive={false}
            />
          </Scatter>
        ))}
      </ScatterChart>
    </ResponsiveContainer>
  );
}
