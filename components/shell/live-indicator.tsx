"use client";
import { cn } from "@/components/cn";
import { type LiveState, useLiveState } from "@/components/trpc/live";

const STATES: Record<LiveState, { label: string; dot: string; title: string }> = {
  connecting: { label: "Connecting", dot: "bg-input", title: "Connecting to live updates" },
  live: { label: "Live", dot: "bg-positive", title: "This page updates automatically" },
  reconnecting: {
    label: "Reconnecting",
    dot: "bg-warning",
    title: "Connection lost. This page may be out of date until it reconnects.",
  },
};

export function LiveIndicator() {
  const state = STATES[useLiveState()];
  return (
    <span
      role="status"
      title={state.title}
      className="inline-flex items-center gap-1.5 text-xs text-muted-foreground sm:min-w-24 sm:justify-end"
    >
      <span aria-hidden className={cn("size-2 rounded-full", state.dot)} />
      <span>{state.label}</span>
    </span>
  );
}
