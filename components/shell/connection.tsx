"use client";
import { WifiOffIcon } from "lucide-react";
import { useOffline } from "next/offline";
import { useState } from "react";
import { Button } from "@/components/ui/button";

/** A request that anything answers; the smallest there is. */
const PROBE = "/api/trpc/session.me";
const PROBE_MS_MAX = 5_000;

async function isReachable(): Promise<boolean> {
  try {
    await fetch(PROBE, { cache: "no-store", signal: AbortSignal.timeout(PROBE_MS_MAX) });
    return true;
  } catch {
    return false;
  }
}

/**
 * Said while no page can be loaded. A click meanwhile waits, on the page that is open: Next.js asks every
 * few seconds whether the sidecar answers again, and then carries it out.
 */
export function ConnectionNotice() {
  const isOffline = useOffline();
  if (!isOffline) return null;
  return (
    <>
      {/* The end of the page can be scrolled above the notice. */}
      <div aria-hidden className="h-28 sm:h-16" />
      <Notice />
    </>
  );
}

function Notice() {
  const [attempt, setAttempt] = useState<"none" | "running" | "failed">("none");
  async function tryNow() {
    setAttempt("running");
    const isBack = await isReachable();
    if (isBack) window.dispatchEvent(new Event("online"));
    setAttempt(isBack ? "none" : "failed");
  }
  return (
    <section
      aria-label="Connection"
      className="fixed inset-x-0 bottom-0 z-40 border-t border-warning/25 bg-warning-soft text-warning"
    >
      <div className="mx-auto flex max-w-7xl flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5 sm:px-6">
        <WifiOffIcon className="size-4 shrink-0" aria-hidden />
        <p role="status" className="min-w-0 flex-1 text-sm">
          {attempt === "failed" ? "Still offline" : "You are offline"}: the sidecar does not answer.
          This page stays open; what you select loads when the connection is back.
        </p>
        <Button
          variant="outline"
          size="sm"
          disabled={attempt === "running"}
          onClick={() => void tryNow()}
        >
          Try again
        </Button>
      </div>
    </section>
  );
}
