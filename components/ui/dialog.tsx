"use client";
import { XIcon } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "@/components/cn";
import { useReturnFocus } from "./return-focus";

export const Dialog = Primitive.Root;

const OVERLAY = "fixed inset-0 z-50 bg-black/50";
const CLOSE = "absolute top-3 right-3 rounded-sm p-1 text-muted-foreground hover:bg-muted";

export function DialogContent({
  className,
  children,
  ...props
}: ComponentProps<typeof Primitive.Content>) {
  const returnFocus = useReturnFocus();
  return (
    <Primitive.Portal>
      <Primitive.Overlay className={OVERLAY} />
      <Primitive.Content
        {...returnFocus}
        className={cn(
          "fixed top-1/2 left-1/2 z-50 grid max-h-[90dvh] w-[calc(100%-2rem)] max-w-lg -translate-x-1/2 -translate-y-1/2 gap-4 overflow-y-auto rounded-lg border bg-card p-5 shadow-lg",
          className,
        )}
        {...props}
      >
        {children}
        <Primitive.Close className={CLOSE} aria-label="Close">
          <XIcon className="size-4" aria-hidden />
        </Primitive.Close>
      </Primitive.Content>
    </Primitive.Portal>
  );
}

export function DialogHeader({ title, description }: { title: string; description: string }) {
  return (
    <div className="grid gap-1 pr-6">
      <Primitive.Title className="text-base font-semibold">{title}</Primitive.Title>
      <Primitive.Description className="text-sm text-muted-foreground">
        {description}
      </Primitive.Description>
    </div>
  );
}

export function DialogFooter({ className, ...props }: ComponentProps<"div">) {
  return (
    <div
      className={cn("flex flex-col-reverse gap-2 sm:flex-row sm:justify-end", className)}
      {...props}
    />
  );
}
