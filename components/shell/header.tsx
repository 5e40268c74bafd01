import Link from "next/link";
import { LiveIndicator } from "./live-indicator";
import { NavLinks } from "./nav-links";
import { ThemeToggle } from "./theme-toggle";
import { UserMenu } from "./user-menu";

export function Header() {
  return (
    <header className="sticky top-0 z-40 border-b bg-card">
      <div className="mx-auto flex max-w-7xl flex-wrap items-center gap-x-6 px-4 sm:h-14 sm:flex-nowrap sm:px-6">
        <Link href="/" className="flex h-12 items-center gap-2 font-semibold tracking-tight">
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
