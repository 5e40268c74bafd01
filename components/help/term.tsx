import Link from "next/link";
import type { ReactNode } from "react";

/** `shadow copy` → `shadow-copy`: its anchor on the help page. */
export const termId = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");

/** A word that a reader may stumble over leads to the glossary. `name`: its term there. */
export function Term({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Link
      href={`/help#${termId(name)}`}
      prefetch={false}
      title="What this means"
      className="underline decoration-dotted underline-offset-2"
    >
      {children}
    </Link>
  );
}
