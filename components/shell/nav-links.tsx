"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "@/components/cn";

const LINKS = [
  { href: "/", label: "Inbox" },
  { href: "/workload", label: "Workload" },
  { href: "/model", label: "Model" },
  { href: "/audit", label: "Audit" },
  { href: "/health", label: "Health" },
] as const;

function isCurrent(href: string, pathname: string): boolean {
  if (href === "/") return pathname === "/" || pathname.startsWith("/suggestions");
  return pathname.startsWith(href);
}

/** Own row under the brand on phones, beside it on wider screens. */
export function NavLinks() {
  const pathname = usePathname();
  return (
    <nav aria-label="Main" className="order-last -mx-1 flex w-full gap-1 sm:order-none sm:w-auto">
      {LINKS.map(({ href, label }) => (
        <Link
          key={href}
          href={href}
          aria-current={isCurrent(href, pathname) ? "page" : undefined}
          className={cn(
            "border-b-2 border-transparent px-3 py-2.5 text-sm font-medium text-muted-foreground hover:text-foreground sm:py-4",
            isCurrent(href, pathname) && "border-primary text-foreground",
          )}
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}
