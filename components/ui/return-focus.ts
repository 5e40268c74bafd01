"use client";
import { useRef } from "react";

/**
 * For the content of a dialog that is opened by state, from a button or a key elsewhere: on closing, the
 * focus goes back to what had it, or to the page's content where that is gone or disabled by now. (Radix
 * gives it back to a `Trigger` of its own only.)
 */
export function useReturnFocus() {
  const opener = useRef<Element | null>(null);
  return {
    onOpenAutoFocus: () => {
      opener.current = document.activeElement;
    },
    onCloseAutoFocus: (event: Event) => {
      event.preventDefault();
      if (opener.current instanceof HTMLElement) opener.current.focus();
      if (document.activeElement === opener.current) return;
      document.getElementById("main")?.focus({ preventScroll: true });
    },
  };
}
