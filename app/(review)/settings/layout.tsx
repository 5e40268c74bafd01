import type { ReactNode } from "react";
import { SettingsNav } from "@/components/settings/settings-nav";

/** Administration: its own list of pages beside each. */
export default function SettingsLayout({ children }: { children: ReactNode }) {
  return (
    <div className="grid gap-6 lg:grid-cols-[11rem_minmax(0,1fr)]">
      <SettingsNav />
      <div className="min-w-0">{children}</div>
    </div>
  );
}
