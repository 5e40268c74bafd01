"use client";
import { XIcon } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "@/components/cn";
import { useReturnFocus } from "./return-focus";

/** A panel from the right edge. Focus is kept inside and given back on closing. */
export function Sheet(props: {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  title: string;
  description: string;
  /** For more than a list of words. */
  isWide?: boolean;
  children: ReactNode;
}) {
  const returnFocus = useReturnFocus();
  return (
    <Primitive.Root open={props.isOpen} onOpenChange={props.onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-50 bg-black/50" />
        <Primitive.Content
          {...returnFocus}
          className={cn(
            "fixed inset-y-0 right-0 z-50 flex flex-col gap-4 overflow-y-auto border-l bg-card p-5 shadow-lg",
            props.isWide ? "w-[40rem] max-w-[94vw]" : "w-80 max-w-[85vw]",
          )}
        >
          <div className="grid gap-1 pr-6">
            <Primitive.Title className="text-base font-semibold">{props.title}</Primitive.Title>
            <Primitive.Description className="text-sm text-muted-foreground">
              {props.description}
            </Primitive.Description>
          </div>
          {props.children}
          <Primitive.Close
            className="absolute top-3 right-3 rounded-sm p-1 text-muted-foreground hover:bg-muted"
            aria-label="Close"
          >
            <XIcon className="size-4" aria-hidden />
          </Primitive.Close>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
