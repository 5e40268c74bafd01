import type { ComponentProps } from "react";
import { cn } from "@/components/cn";

const BASE =
  "inline-flex w-fit items-center gap-1 rounded-full border px-2 py-0.5 text-xs font-medium whitespace-nowrap [&_svg]:size-3";
const TONES = {
  neutral: "border-border bg-muted text-foreground",
  positive: "border-positive/25 bg-positive-soft text-positive",
  negative: "border-negative/25 bg-negative-soft text-negative",
  warning: "border-warning/25 bg-warning-soft text-warning",
  info: "border-info/25 bg-info-soft text-info",
};

export type Tone = keyof typeof TONES;

export function Badge({
  className,
  tone = "neutral",
  ...props
}: ComponentProps<"span"> & { tone?: Tone | undefined }) {
  return <span className={cn(BASE, TONES[tone], className)} {...props} />;
}
