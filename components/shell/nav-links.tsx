"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "@/components/cn";
import { LinkPending } from "@/components/common/link-pending";
import { linksFor } from "./navigation";
import { useSession } from "./session";

function isCurrent(href: string, pathname: string): boolean {
  if (href === "/") return pathname === "/" || pathname.startsWith("/suggestions");
  return pathname.startsWith(href);
}

/** Own row under the brand on narrow screens, scrolling sideways where it must; beside it on wide ones. */
export function NavLinks() {
  const pathname = usePathname();
  const { permissions } = useSession();
  return (
    <nav
      aria-label="Main"
      className="order-last -mx-1 flex w-full min-w-0 overflow-x-auto [scrollbar-width:none] xl:order-none xl:w-auto"
    >
      {linksFor(permissions).map(({ href, label }) => (
        <Link
          key={href}
          href={href}
          aria-current={isCurrent(href, pathname) ? "page" : undefined}
          className={cn(
            "relative border-b-2 px-3 py-2.5 text-sm font-medium whitespace-nowrap -outline-offset-2 hover:text-foreground xl:px-2 xl:py-4",
            isCurrent(href, pathname)
              ? "border-primary text-foreground"
              : "border-transparent text-muted-foreground",
          )}
        >
          {label}
          <LinkPending />
        </Link>
      ))}
    </nav>
  );
}
