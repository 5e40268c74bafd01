"use client";
import { createContext, type ReactNode, useContext, useSyncExternalStore } from "react";
import { formatInstant, formatRelative } from "@/server/format";

const RenderedAt = createContext(0);
const TICK_MS = 10_000;
const listeners = new Set<() => void>();
let nowMs = 0;
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    nowMs = Date.now();
    for (const each of listeners) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
    nowMs = 0;
  };
}

function readNow(): number {
  if (nowMs === 0) nowMs = Date.now();
  return nowMs;
}

/** Hydration shows what the server showed; only then does time go on. */
export function ClockProvider({
  renderedAtMs,
  children,
}: {
  renderedAtMs: number;
  children: ReactNode;
}) {
  return <RenderedAt value={renderedAtMs}>{children}</RenderedAt>;
}

function useNow(): number {
  const renderedAtMs = useContext(RenderedAt);
  return useSyncExternalStore(subscribe, readNow, () => renderedAtMs);
}

/**
 * The page's time, for telling an instant by it. What has happened never lies ahead, whatever the clock
 * of the browser says beside the server's; only a deadline may.
 */
function tellingTime(iso: string, nowMs: number, isDeadline = false): number {
  return isDeadline ? nowMs : Math.max(nowMs, Date.parse(iso));
}

interface RelativeTimeProps {
  iso: string;
  /** An instant that is to come: the only kind that is told as `in 2 hours`. */
  isDeadline?: boolean;
  className?: string;
}

/** `3 minutes ago`, kept true while the page is open; the exact instant is its title. */
export function RelativeTime({ iso, isDeadline, className }: RelativeTimeProps) {
  const now = tellingTime(iso, useNow(), isDeadline);
  return (
    <time dateTime={iso} title={formatInstant(iso)} className={className}>
      {formatRelative(iso, now)}
    </time>
  );
}
