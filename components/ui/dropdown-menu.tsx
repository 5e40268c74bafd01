"use client";
import Link from "next/link";
import {
  type ComponentProps,
  createContext,
  type KeyboardEvent,
  type ReactNode,
  useContext,
  useEffect,
  useId,
  useRef,
} from "react";
import { Button } from "./button";

const GAP_PX = 6;
const ITEM =
  "flex w-full cursor-pointer items-center gap-2 rounded-sm px-2 py-1.5 text-left text-sm outline-none select-none hover:bg-muted focus:bg-muted [&_svg]:size-4";

const Close = createContext<() => void>(() => {});

/** Below the button, its right edge under the button's; above it where there is no room. */
function place(menu: HTMLElement, button: HTMLElement): void {
  const at = button.getBoundingClientRect();
  const { offsetWidth, offsetHeight } = menu;
  const below = at.bottom + GAP_PX;
  const fitsBelow = below + offsetHeight <= window.innerHeight;
  menu.style.top = `${fitsBelow ? below : Math.max(GAP_PX, at.top - GAP_PX - offsetHeight)}px`;
  menu.style.left = `${Math.max(GAP_PX, at.right - offsetWidth)}px`;
}

const itemsOf = (menu: HTMLElement) => [...menu.querySelectorAll<HTMLElement>("[role=menuitem]")];

function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const items = itemsOf(event.currentTarget);
  const index = items.findIndex((item) => item.matches(":focus"));
  const to: Record<string, number> = {
    ArrowDown: (index + 1) % items.length,
    ArrowUp: (index - 1 + items.length) % items.length,
    Home: 0,
    End: items.length - 1,
  };
  const next = items[to[event.key] ?? -1];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}

/**
 * A button that opens a menu: the browser's own popover, which Esc and a press elsewhere close.
 * `trigger` is what the button is made of.
 */
export function DropdownMenu({
  trigger,
  children,
}: {
  trigger: Omit<ComponentProps<typeof Button>, "onClick">;
  children: ReactNode;
}) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const panel = menu.current;
    const follow = (event: Event) => {
      const isOpen = (event as ToggleEvent).newState === "open";
      button.current?.setAttribute("aria-expanded", String(isOpen));
      if (!isOpen || panel === null || button.current === null) return;
      place(panel, button.current);
      itemsOf(panel)[0]?.focus();
    };
    panel?.addEventListener("toggle", follow);
    return () => panel?.removeEventListener("toggle", follow);
  }, []);
  const close = () => {
    menu.current?.hidePopover();
    button.current?.focus();
  };
  return (
    <>
      <Button
        {...trigger}
        ref={button}
        aria-haspopup="menu"
        aria-expanded={false}
        aria-controls={id}
        popoverTarget={id}
      />
      <div
        ref={menu}
        id={id}
        popover="auto"
        role="menu"
        tabIndex={-1}
        aria-label={trigger["aria-label"]}
        className="fixed inset-auto m-0 min-w-48 rounded-md border bg-card p-1 text-foreground shadow-md"
        onKeyDown={moveFocus}
      >
        <Close value={close}>{children}</Close>
      </div>
    </>
  );
}

/** The menu is closed, and the focus on its button again, when `onSelect` runs. */
export function DropdownMenuItem(props: { onSelect: () => void; children: ReactNode }) {
  const close = useContext(Close);
  return (
    <button
      type="button"
      role="menuitem"
      tabIndex={-1}
      className={ITEM}
      onClick={() => {
        close();
        props.onSelect();
      }}
    >
      {props.children}
    </button>
  );
}

export function DropdownMenuLink(props: { href: string; children: ReactNode }) {
  const close = useContext(Close);
  return (
    <Link href={props.href} role="menuitem" tabIndex={-1} className={ITEM} onClick={close}>
      {props.children}
    </Link>
  );
}
