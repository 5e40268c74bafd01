"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "@/components/cn";
import { settingsLinksFor } from "@/components/shell/navigation";
import { useSession } from "@/components/shell/session";

/** The pages of administration that this person may read: beside the page, above it on phones. */
export function SettingsNav() {
  const pathname = usePathname();
  const { permissions } = useSession();
  return (
    <nav
      aria-label="Settings"
      className="-mx-1 flex gap-1 overflow-x-auto pb-1 lg:mx-0 lg:flex-col lg:pb-0"
    >
      {settingsLinksFor(permissions).map(({ href, label }) => {
        const isCurrent = pathname.startsWith(href);
        return (
          <Link
            key={href}
            href={href}
            aria-current={isCurrent ? "page" : undefined}
            className={cn(
              "rounded-md px-3 py-2 text-sm font-medium whitespace-nowrap hover:bg-muted hover:text-foreground",
              isCurrent ? "bg-muted text-foreground" : "text-muted-foreground",
            )}
          >
            {label}
          </Link>
        );
      })}
    </nav>
  );
}
