import type { ComponentProps } from "react";
import { cn } from "@/components/cn";

/** A table that scrolls sideways inside itself on narrow screens, reachable by keyboard. */
export function Table({ label, className, ...props }: ComponentProps<"table"> & { label: string }) {
  return (
    <figure
      className="relative w-full overflow-x-auto"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users must be able to scroll it
      tabIndex={0}
    >
      <table className={cn("w-full text-sm", className)} {...props} />
    </figure>
  );
}

export function TableHeader(props: ComponentProps<"thead">) {
  return <thead {...props} />;
}

export function TableBody({ className, ...props }: ComponentProps<"tbody">) {
  return <tbody className={cn("[&_tr:last-child]:border-0", className)} {...props} />;
}

export function TableRow({ className, ...props }: ComponentProps<"tr">) {
  return <tr className={cn("border-b", className)} {...props} />;
}

export function TableHead({ className, ...props }: ComponentProps<"th">) {
  return (
    <th
      scope="col"
      className={cn(
        "base:text-left px-3 py-2 align-bottom text-xs font-medium text-muted-foreground first:pl-0 last:pr-0",
        className,
      )}
      {...props}
    />
  );
}

export function TableCell({ className, ...props }: ComponentProps<"td">) {
  return <td className={cn("px-3 py-2 align-top first:pl-0 last:pr-0", className)} {...props} />;
}
