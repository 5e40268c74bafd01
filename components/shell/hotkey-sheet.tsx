"use client";
import { Sheet } from "@/components/ui/sheet";
import { COMMON_KEYS, type Hotkey } from "./keys";

/** What each key does on this page. */
export function HotkeySheet(props: { hotkeys: readonly Hotkey[]; onClose: () => void }) {
  const rows = [...props.hotkeys, { key: "?", label: COMMON_KEYS["?"] }];
  return (
    <Sheet
      isOpen
      onOpenChange={props.onClose}
      title="Keyboard"
      description="Keyboard shortcuts on this page."
    >
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2 text-sm">
        {rows.map((row) => (
          <div key={row.key} className="contents">
            <dt>
              <kbd className="inline-block min-w-8 rounded border bg-muted px-2 py-1 text-center font-mono text-xs">
                {row.key}
              </kbd>
            </dt>
            <dd>{row.label}</dd>
          </div>
        ))}
      </dl>
    </Sheet>
  );
}
