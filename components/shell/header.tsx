"use client";
import { MoonIcon, SunIcon } from "lucide-react";
import Link from "next/link";
import { useTheme } from "next-themes";
import { cn } from "@/components/cn";
import { type LiveState, useLiveState } from "@/components/trpc/live";
import { Button } from "@/components/ui/button";
import { NavLinks } from "./nav-links";
import { UserMenu } from "./user-menu";

export function Header() {
  return (
    <header className="sticky top-0 z-40 border-b bg-card">
      <div className="mx-auto flex max-w-7xl flex-wrap items-center gap-x-6 px-4 sm:px-6 xl:h-14 xl:flex-nowrap">
        <Link
          href="/"
          className="flex h-12 shrink-0 items-center gap-2 font-semibold tracking-tight"
        >
          <BrandMark />
          Agentic Sidecar
        </Link>
        <NavLinks />
        <div className="ml-auto flex items-center gap-1">
          <LiveIndicator />
          <ThemeToggle />
          <UserMenu />
        </div>
      </div>
    </header>
  );
}

/** Two bars: before, and the shorter after. */
function BrandMark() {
  return (
    <svg viewBox="0 0 20 20" className="size-5" aria-hidden="true">
      <rect x="1" y="4" width="18" height="5" rx="1.5" className="fill-chart-before" />
      <rect x="1" y="11" width="9" height="5" rx="1.5" className="fill-chart-after" />
    </svg>
  );
}

const STATES: Record<LiveState, { label: string; dot: string; title: string }> = {
  connecting: { label: "Connecting", dot: "bg-input", title: "Connecting to live updates" },
  live: { label: "Live", dot: "bg-positive", title: "This page updates automatically" },
  reconnecting: {
    label: "Reconnecting",
    dot: "bg-warning",
    title: "Connection lost. This page may be out of date until it reconnects.",
  },
};

function LiveIndicator() {
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

/** Both icons are rendered and the style sheet picks one: nothing to get wrong before hydration. */
function ThemeToggle() {
  const { resolvedTheme, setTheme } = useTheme();
  return (
    <Button
      variant="ghost"
      size="icon"
      aria-label="Switch between light and dark"
      onClick={() => setTheme(resolvedTheme === "dark" ? "light" : "dark")}
    >
      <SunIcon className="hidden dark:block" aria-hidden />
      <MoonIcon className="dark:hidden" aria-hidden />
    </Button>
  );
}
