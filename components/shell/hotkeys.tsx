"use client";
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { Sheet } from "@/components/ui/sheet";

/** A key a page answers to, and what it does. */
export interface Hotkey {
  /** `KeyboardEvent.key`, e.g. `j`, `Enter`, `?`. */
  key: string;
  label: string;
  run: () => void;
}

interface Registry {
  register: (hotkeys: readonly Hotkey[]) => () => void;
  openSheet: () => void;
}
const Hotkeys = createContext<Registry>({ register: () => () => {}, openSheet: () => {} });

/** Keys belong to the page only while nothing that takes text, and no dialog or menu, has them. */
function isBusy(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return true;
  const { target } = event;
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("input, textarea, select, [contenteditable], [role=dialog], [role=menu]")) {
    return true;
  }
  const isActivation = event.key === "Enter" || event.key === " ";
  return isActivation && target.closest("a, button, summary, [role=tab]") !== null;
}

export function HotkeyProvider({ children }: { children: ReactNode }) {
  const groups = useRef(new Set<readonly Hotkey[]>());
  const [shown, setShown] = useState<readonly Hotkey[] | null>(null);
  const openSheet = useCallback(() => setShown([...groups.current].flat()), []);
  const register = useCallback((hotkeys: readonly Hotkey[]) => {
    groups.current.add(hotkeys);
    return () => void groups.current.delete(hotkeys);
  }, []);

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (isBusy(event)) return;
      if (event.key === "?") return openSheet();
      const hotkey = [...groups.current].flat().find((each) => each.key === event.key);
      if (hotkey === undefined) return;
      event.preventDefault();
      hotkey.run();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [openSheet]);

  const registry = useMemo(() => ({ register, openSheet }), [register, openSheet]);
  return (
    <Hotkeys value={registry}>
      {children}
      <HotkeySheet hotkeys={shown} onClose={() => setShown(null)} />
    </Hotkeys>
  );
}

/** Registers a page's keys while it is shown. Keep `hotkeys` stable with useMemo. */
export function useHotkeys(hotkeys: readonly Hotkey[]) {
  const { register } = useContext(Hotkeys);
  useEffect(() => register(hotkeys), [register, hotkeys]);
}

export function useHotkeySheet(): () => void {
  return useContext(Hotkeys).openSheet;
}

/** What each key does on this page. */
function HotkeySheet(props: { hotkeys: readonly Hotkey[] | null; onClose: () => void }) {
  const rows = [...(props.hotkeys ?? []), { key: "?", label: "Show keyboard shortcuts" }];
  return (
    <Sheet
      isOpen={props.hotkeys !== null}
      onOpenChange={(isOpen) => {
        if (!isOpen) props.onClose();
      }}
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
