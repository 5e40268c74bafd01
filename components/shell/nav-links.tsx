"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "@/components/cn";
import { LinkPending } from "@/components/common/link-pending";
import type { Permission } from "@/server/contracts";
import { useSession } from "./session";

/** Pages with what their first request needs; null: anybody who is signed in. */
const LINKS: { href: string; label: string; needs: Permission | null }[] = [
  { href: "/", label: "Inbox", needs: "suggestion.read" },
  { href: "/workload", label: "Workload", needs: "product.read" },
  { href: "/conversations", label: "Conversations", needs: "conversation.read" },
  { href: "/agents", label: "Agents", needs: "conversation.read" },
  { href: "/model", label: "Model", needs: "model.read" },
  { href: "/audit", label: "Audit", needs: "audit.read" },
  { href: "/dead-letters", label: "Dead letters", needs: "message.manage" },
  { href: "/health", label: "Health", needs: null },
];

/** The pages that somebody may read: no link ends in a refusal. */
export function linksFor(permissions: readonly Permission[]) {
  return LINKS.filter(({ needs }) => needs === null || permissions.includes(needs));
}

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
      className="order-last -mx-1 flex w-full min-w-0 overflow-x-auto [scrollbar-width:none] lg:order-none lg:w-auto"
    >
      {linksFor(permissions).map(({ href, label }) => (
        <Link
          key={href}
          href={href}
          aria-current={isCurrent(href, pathname) ? "page" : undefined}
          className={cn(
            "relative border-b-2 border-transparent px-3 py-2.5 text-sm font-medium whitespace-nowrap text-muted-foreground -outline-offset-2 hover:text-foreground lg:py-4",
            isCurrent(href, pathname) && "border-primary text-foreground",
          )}
        >
          {label}
          <LinkPending />
        </Link>
      ))}
    </nav>
  );
}
