"use client";
import dynamic from "next/dynamic";
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
import type { Hotkey } from "./keys";

const HotkeySheet = dynamic(() => import("./hotkey-sheet").then((module) => module.HotkeySheet));

interface Registry {
  register: (hotkeys: readonly Hotkey[]) => () => void;
  openSheet: () => void;
}
const Hotkeys = createContext<Registry>({ register: () => () => {}, openSheet: () => {} });

const TAKES_TEXT = "input:not([type=checkbox]), textarea, select, [contenteditable]";

/** Keys belong to the page only while nothing that takes text, and no dialog or menu, has them. */
function isBusy(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return true;
  const { target } = event;
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest(TAKES_TEXT)) return true;
  if (document.querySelector("dialog:modal, [popover]:popover-open") !== null) return true;
  const isActivation = event.key === "Enter" || event.key === " ";
  return isActivation && target.closest("a, button, input, summary") !== null;
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
      {shown === null ? null : <HotkeySheet hotkeys={shown} onClose={() => setShown(null)} />}
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
