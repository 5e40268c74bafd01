"use client";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "@/components/cn";
import { ModalHeading, ModalPanel, ModalScope } from "./modal";

export function Dialog(props: {
  open: boolean;
  onOpenChange: (isOpen: boolean) => void;
  children: ReactNode;
}) {
  return (
    <ModalScope isOpen={props.open} onOpenChange={props.onOpenChange}>
      {props.children}
    </ModalScope>
  );
}

export function DialogContent({
  className,
  ...props
}: {
  className?: string;
  isPersistent?: boolean;
  children: ReactNode;
}) {
  return (
    <ModalPanel
      {...props}
      className={cn(
        "fixed top-1/2 left-1/2 base:grid max-h-[90dvh] w-[calc(100%-2rem)] base:max-w-lg -translate-x-1/2 -translate-y-1/2 gap-4 overflow-y-auto rounded-lg p-5",
        className,
      )}
    />
  );
}

export const DialogHeader = ModalHeading;

export function DialogFooter({ className, ...props }: ComponentProps<"div">) {
  return (
    <div
      className={cn("flex flex-col-reverse gap-2 sm:flex-row sm:justify-end", className)}
      {...props}
    />
  );
}
