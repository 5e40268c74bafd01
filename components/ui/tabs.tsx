"use client";
import {
  type ComponentProps,
  createContext,
  type KeyboardEvent,
  type ReactNode,
  useContext,
  useId,
  useState,
} from "react";
import { cn } from "@/components/cn";

interface Scope {
  id: string;
  value: string;
  /** Arrow keys open the next tab at once, instead of only moving the focus there. */
  isAutomatic: boolean;
  open: (value: string) => void;
}
const Opened = createContext<Scope>({ id: "", value: "", isAutomatic: true, open: () => {} });

/** Panels of which one is shown. With `value` the caller keeps which. */
export function Tabs(props: {
  value?: string;
  defaultValue?: string;
  onValueChange?: (value: string) => void;
  activationMode?: "automatic" | "manual";
  children: ReactNode;
}) {
  const id = useId();
  const [own, setOwn] = useState(props.defaultValue ?? "");
  const open = (value: string) => {
    setOwn(value);
    props.onValueChange?.(value);
  };
  const isAutomatic = props.activationMode !== "manual";
  return (
    <Opened value={{ id, value: props.value ?? own, isAutomatic, open }}>{props.children}</Opened>
  );
}

/** Where a key leads from the tab at `index`; null: nowhere. */
function indexAfter(key: string, index: number, count: number): number | null {
  if (key === "ArrowRight") return (index + 1) % count;
  if (key === "ArrowLeft") return (index - 1 + count) % count;
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : null;
}

export function TabsList({ className, ...props }: ComponentProps<"div">) {
  const { isAutomatic } = useContext(Opened);
  function move(event: KeyboardEvent<HTMLDivElement>) {
    const tabs = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=tab]")];
    const index = tabs.findIndex((tab) => tab.matches(":focus"));
    const next = tabs[indexAfter(event.key, index, tabs.length) ?? -1];
    if (index === -1 || next === undefined) return;
    event.preventDefault();
    next.focus();
    if (isAutomatic) next.click();
  }
  return (
    <div
      role="tablist"
      className={cn("flex gap-1 overflow-x-auto border-b [scrollbar-width:none]", className)}
      onKeyDown={move}
      {...props}
    />
  );
}

export function TabsTrigger({
  value,
  className,
  ...props
}: ComponentProps<"button"> & { value: string }) {
  const scope = useContext(Opened);
  const isOpen = scope.value === value;
  return (
    <button
      type="button"
      role="tab"
      id={`${scope.id}-tab-${value}`}
      aria-selected={isOpen}
      aria-controls={`${scope.id}-panel-${value}`}
      // One stop of the Tab key: the arrow keys move among the tabs.
      tabIndex={isOpen ? 0 : -1}
      className={cn(
        "-mb-px flex items-center gap-1.5 border-b-2 border-transparent px-3 py-2 text-sm font-medium whitespace-nowrap text-muted-foreground -outline-offset-2 hover:text-foreground aria-selected:border-primary aria-selected:text-foreground",
        className,
      )}
      onClick={() => scope.open(value)}
      {...props}
    />
  );
}

/** Its children are there only while it is open. */
export function TabsContent({
  value,
  className,
  children,
}: {
  value: string;
  className?: string;
  children: ReactNode;
}) {
  const scope = useContext(Opened);
  const isOpen = scope.value === value;
  return (
    <div
      role="tabpanel"
      id={`${scope.id}-panel-${value}`}
      aria-labelledby={`${scope.id}-tab-${value}`}
      hidden={!isOpen}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a panel without controls is read by keyboard too
      tabIndex={0}
      className={isOpen ? className : undefined}
    >
      {isOpen ? children : null}
    </div>
  );
}
