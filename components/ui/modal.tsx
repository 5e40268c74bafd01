"use client";
import { XIcon } from "lucide-react";
import {
  createContext,
  type MouseEvent,
  type ReactNode,
  useContext,
  useId,
  useLayoutEffect,
  useRef,
} from "react";
import { cn } from "@/components/cn";

interface Scope {
  id: string;
  close: () => void;
}
const Opened = createContext<Scope>({ id: "", close: () => {} });

/** Content is there only while it is open: what was typed into it is gone afterwards. */
export function ModalScope(props: {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  children: ReactNode;
}) {
  const id = useId();
  if (!props.isOpen) return null;
  const scope = { id, close: () => props.onOpenChange(false) };
  return <Opened value={scope}>{props.children}</Opened>;
}

/** To what had the focus before, or to the page's content where that is gone or disabled by now. */
function returnFocus(opener: Element | null): void {
  if (document.activeElement?.closest("dialog") != null) return;
  if (opener instanceof HTMLElement) opener.focus();
  if (document.activeElement === opener) return;
  document.getElementById("main")?.focus({ preventScroll: true });
}

const isOutside = ({ currentTarget, target, clientX, clientY }: MouseEvent) => {
  // Keys that press a button inside come as clicks without a place.
  if (target !== currentTarget) return false;
  const { left, right, top, bottom } = currentTarget.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
};

/** The browser's own modal dialog: the page behind it is inert, Esc closes it. */
export function ModalPanel(props: {
  className: string;
  /** A press beside it leaves it open. */
  isPersistent?: boolean;
  children: ReactNode;
}) {
  const { id, close } = useContext(Opened);
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const panel = dialog.current;
    const opener = document.activeElement;
    panel?.showModal();
    return () => {
      panel?.close();
      // What opened it may be disabled in the same step as it closes.
      setTimeout(() => returnFocus(opener));
    };
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: by keyboard it is Esc, which the browser says as `cancel`
    <dialog
      ref={dialog}
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-description`}
      className={cn(
        "border bg-card text-foreground shadow-lg backdrop:bg-black/50",
        props.className,
      )}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClick={(event) => {
        if (props.isPersistent !== true && isOutside(event)) close();
      }}
    >
      {props.children}
      <button
        type="button"
        className="absolute top-3 right-3 rounded-sm p-1 text-muted-foreground hover:bg-muted"
        aria-label="Close"
        onClick={close}
      >
        <XIcon className="size-4" aria-hidden />
      </button>
    </dialog>
  );
}

/** What a modal dialog is about: its name, and a sentence. */
export function ModalHeading({ title, description }: { title: string; description: string }) {
  const { id } = useContext(Opened);
  return (
    <div className="grid gap-1 pr-6">
      <h2 id={`${id}-title`} className="text-base font-semibold">
        {title}
      </h2>
      <p id={`${id}-description`} className="text-sm text-muted-foreground">
        {description}
      </p>
    </div>
  );
}
